"""A client for one foreign system."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

import httpx2
import stamina

from mltrack.outbound.addresses import Network, Refused, Resolver, system_resolver
from mltrack.outbound.bodies import parse_json, read_bounded
from mltrack.outbound.errors import OutboundError, from_status, http_date, wait_seconds
from mltrack.outbound.signing import Auth, BasicAuth, BearerAuth, Exchange, ExchangeAuth, secret_of
from mltrack.outbound.transport import Deadline, GuardedBackend, GuardedTransport

_EXCERPT = 300
_TOLD = 64 * 1024


class _Answer(NamedTuple):
    """A body, the address of the page after it, "" where no Link header names one, and the status."""

    body: bytes
    next: str
    status: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


@lru_cache(maxsize=16)
def _context(ca_pem: str | None) -> ssl.SSLContext:
    """Return what verifies a server: reading the machine's certificates takes longer than most requests."""
    try:
        return ssl.create_default_context(cadata=ca_pem or None)
    except (ssl.SSLError, TypeError, ValueError) as error:
        text = "The private CA certificate cannot be read; it must be one or more PEM blocks."
        raise OutboundError("ca_invalid", text, permanent=True) from error


def _base(base_url: str) -> httpx2.URL:
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, TypeError, UnicodeError) as error:
        raise OutboundError("bad_url", "The base URL cannot be read.", permanent=True) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise OutboundError("bad_url", "The base URL must begin with http:// or https://.", permanent=True)
    if url.userinfo or url.query or url.fragment:
        text = "The base URL may not carry a user, a password, a query or a fragment."
        raise OutboundError("bad_url", text, permanent=True)
    return url.copy_with(path=url.path.rstrip("/") + "/")


def _authorization(auth: Auth) -> httpx2.Auth | None:
    return httpx2.BasicAuth(auth.user, auth.password) if isinstance(auth, BasicAuth) else None


class OutboundClient:
    """Requests to one base URL, for JSON.

    `timeout` is in seconds on the wall clock for one whole answer, `max_bytes` limits it after
    decompression. `requests` counts what was sent, retries included. Failing servers (5xx) and broken
    connections are tried again at most `retries` times with a growing, jittered pause of `pause` seconds;
    everything else is raised at once as OutboundError. `server_time` is the server's own clock as of its last answer,
    where it tells. Usable from several threads.
    """

    def __init__(
        self,
        base_url: str,
        *,
        allowed_networks: Sequence[Network] = (),
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        ca_pem: str | None = None,
        timeout: float = 30.0,
        max_bytes: int = 64 * 1024 * 1024,
        retries: int = 2,
        pause: float = 0.3,
        resolver: Resolver = system_resolver,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.base_url = _base(base_url)
        self.requests = 0
        self.server_time: datetime | None = None
        self.timeout = timeout
        self.max_bytes = max_bytes
        self._retries = retries
        self._pause = pause
        self._now = now
        self._deadline = Deadline()
        self._secrets = [each for each in [secret_of(auth)] if each]
        self._exchange = Exchange(auth) if isinstance(auth, ExchangeAuth) else None
        sent = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "mltrack",
            **(headers or {}),
        }
        if isinstance(auth, BearerAuth):
            sent["Authorization"] = f"{auth.scheme} {auth.token}"
        backend = GuardedBackend(tuple(allowed_networks), resolver, self._deadline)
        self._client = httpx2.Client(
            transport=GuardedTransport(_context(ca_pem), backend),
            auth=_authorization(auth),
            headers=self._checked(sent),
            trust_env=False,
            follow_redirects=False,
            timeout=timeout,
        )

    @staticmethod
    def _checked(headers: Mapping[str, str]) -> httpx2.Headers:
        for name, value in headers.items():
            if not (name + value).isascii() or not (name + value).isprintable():
                text = f"The header {name!r} has characters that cannot be sent; check the options."
                raise OutboundError("bad_header", text, permanent=True)
        return httpx2.Headers(dict(headers))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is in flight within half a second and close every connection."""
        self._deadline.end()
        self._client.close()

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Send these headers with every further request. Raises OutboundError `bad_header`."""
        self._client.headers.update(self._checked(headers))

    def get_json(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET `path` under the base URL and return the parsed JSON. Raises OutboundError."""
        return self._json("GET", path, params=params)

    def get_page(self, path: str, params: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, str]]:
        """GET one page of JSON, and the parameters that the Link header gives for the next one, {} at the end.

        Only the query of that address is taken: the next page is asked of the same path. Raises OutboundError.
        """
        answer = self._answer("GET", path, params=params)
        return parse_json(answer.body), dict(parse_qsl(urlsplit(answer.next).query, keep_blank_values=True))

    def get_bytes(self, path: str, params: Mapping[str, Any] | None = None, *, max_bytes: int) -> bytes:
        """GET a file of at most `max_bytes` after decompression. Raises OutboundError, `too_large` for a larger one."""
        return self._body("GET", path, min(max_bytes, self.max_bytes), params=params)

    def post_json(self, path: str, body: Any) -> Any:
        """POST `body` as JSON and return the parsed answer. Only for calls that may be repeated."""
        return self._json("POST", path, json=body)

    def send_json(self, method: str, path: str, body: Any, *, once: bool = False) -> Any:
        """Send `body` as JSON by POST, PUT or PATCH, and return the parsed answer, None where it is empty.

        `once` sends it a single time, whatever the answer: for what must not be done twice. Raises OutboundError.
        """
        answer = self._answer(method, path, tries=1 if once else 0, json=body).body
        return parse_json(answer) if answer.strip() else None

    def post_once(self, path: str, body: Any, params: Sequence[tuple[str, str]] = ()) -> None:
        """POST `body` as JSON a single time, and heed nothing of the answer but its status. Raises OutboundError."""
        self._answer("POST", path, _TOLD, tries=1, json=body, params=list(params))

    def post_bytes(
        self, path: str, body: bytes, headers: Mapping[str, str], params: Sequence[tuple[str, str]] = ()
    ) -> int:
        """POST these bytes a single time and return the status, all that counts of the answer. Raises OutboundError."""
        content = {"content": body, "headers": self._checked(headers), "params": list(params)}
        return self._answer("POST", path, _TOLD, tries=1, **content).status

    def get_text(self, path: str) -> str:
        """GET a short plain text, such as a version number."""
        return self._body("GET", path).decode("utf-8", "replace").strip()

    def _json(self, method: str, path: str, **content: Any) -> Any:
        return parse_json(self._body(method, path, **content))

    def _body(self, method: str, path: str, limit: int | None = None, **content: Any) -> bytes:
        return self._answer(method, path, limit, **content).body

    def _answer(self, method: str, path: str, limit: int | None = None, tries: int = 0, **content: Any) -> _Answer:
        """Ask, again where a short-lived token has run out; `tries` is how often at most, 0 for as often as allowed."""
        if self._exchange is None:
            return self._tried(method, path, limit, content, tries)
        access, is_new = self._bearer(self._exchange)
        try:
            return self._tried(method, path, limit, {**content, "headers": _signed(access)}, tries)
        except OutboundError as error:
            if error.status != 401 or is_new:
                raise
        self._exchange.forget(access)
        access, _ = self._bearer(self._exchange)
        return self._tried(method, path, limit, {**content, "headers": _signed(access)}, tries)

    def _bearer(self, exchange: Exchange) -> tuple[str, bool]:
        access, is_new = exchange.bearer(self._posted)
        if is_new:
            self._secrets.append(access)
            self._checked(_signed(access))
        return access, is_new

    def _posted(self, path: str, body: Any) -> Any:
        return parse_json(self._tried("POST", path, None, {"json": body}).body)

    def _tried(self, method: str, path: str, limit: int | None, content: Mapping[str, Any], tries: int = 0) -> _Answer:
        attempts = stamina.retry_context(
            on=_worth_another_try,
            attempts=tries or self._retries + 1,
            timeout=self.timeout,
            wait_initial=self._pause,
            wait_max=self._pause * 8,
            wait_jitter=self._pause,
        )
        for attempt in attempts:
            with attempt:
                return self._once(method, path, limit or self.max_bytes, content)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, method: str, path: str, limit: int, content: Mapping[str, Any]) -> _Answer:
        self.requests += 1
        self._deadline.start(self.timeout)
        url = self.base_url.copy_with(path=self.base_url.path + path.lstrip("/"))
        try:
            with self._client.stream(method, url, **content) as response:
                self.server_time = http_date(response.headers.get("date")) or self.server_time
                body = read_bounded(response.iter_raw(), response.headers.get("content-encoding", ""), limit)
        except Refused as refused:
            raise OutboundError("address_refused", str(refused), permanent=True) from None
        except httpx2.HTTPError as error:
            raise self._network_error(error) from None
        if response.is_success:
            return _Answer(body, response.links.get("next", {}).get("url", ""), response.status_code)
        wait = wait_seconds(response.headers, self._now())
        raise from_status(response.status_code, wait, self._excerpt(body))

    def _excerpt(self, body: bytes) -> str:
        text = body[: _EXCERPT * 4].decode("utf-8", "replace")
        for secret in self._secrets:
            text = text.replace(secret, "•••")
        return "".join(each if each.isprintable() else " " for each in text)[:_EXCERPT].strip()

    def _network_error(self, error: httpx2.HTTPError) -> OutboundError:
        host = self.base_url.host
        if isinstance(error, httpx2.UnsupportedProtocol):
            return OutboundError("unknown_host", f"The name {host} is unknown here. Check the base URL.")
        if isinstance(error, httpx2.TimeoutException):
            return OutboundError("timeout", f"{host} did not finish its answer within {self.timeout:g} seconds.")
        if isinstance(error, httpx2.ConnectError):
            return _connect_error(host, error)
        return OutboundError("connection_broken", f"The connection to {host} broke in the middle of an answer.")


def _signed(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}


def _connect_error(host: str, error: httpx2.ConnectError) -> OutboundError:
    reason = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        text = f"The certificate of {host} is not trusted. Give its private CA if it has one."
        return OutboundError("certificate", text, permanent=True)
    if "SSL" in reason:
        return OutboundError("tls", f"{host} does not speak TLS as expected. Should the base URL begin with http://?")
    return OutboundError("connection_refused", f"{host} does not accept connections. Is the server running?")


def _worth_another_try(error: Exception) -> bool:
    if not isinstance(error, OutboundError):
        return False
    if error.code == "server_error":
        return error.retry_after is None
    return error.code == "connection_broken"
