"""A session with a foreign database, whatever its kind: where it is, who signs in, and at which of its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

from mltrack.outbound.addresses import Address, Network, Refused, Resolver, permitted, system_resolver
from mltrack.outbound.errors import OutboundError
from mltrack.outbound.signing import Auth, BasicAuth


class DatabaseSession:
    """One session in one read-only transaction, with the same arguments as `OutboundClient`.

    `timeout` is in seconds on the wall clock for each statement, and for signing in. `requests` counts statements.
    `tls` is how sure the way must be: `prefer`, `require`, or `verify-full` with the certificate checked for the name.
    `hurried` says that the owner allows more time: a statement that the database ended is then a `timeout`, which is
    tried again with patience, and no fault of its own.
    """

    SCHEMES: ClassVar[tuple[str, ...]]
    PORT: ClassVar[int]
    BAD_URL: ClassVar[str]

    def __init__(
        self,
        base_url: str,
        *,
        allowed_networks: Sequence[Network] = (),
        auth: Auth = None,
        ca_pem: str | None = None,
        timeout: float = 30.0,
        tls: str = "prefer",
        hurried: bool = False,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.host, self.port, self.name = _place_of(base_url, self.SCHEMES, self.PORT, self.BAD_URL)
        self.requests = 0
        self.timeout = timeout
        self._auth = auth if isinstance(auth, BasicAuth) else BasicAuth("", "")
        self._allowed = tuple(allowed_networks)
        self._ca_pem = ca_pem or ""
        self._tls = tls
        self._hurried = hurried
        self._resolver = resolver
        self._session: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session, also under a statement that waits for its answer in another thread."""
        raise NotImplementedError

    def _connect(self, address: Address) -> None:
        """Sign in at the address that was judged, and keep the session. Raises OutboundError."""
        raise NotImplementedError

    def _sign_in(self) -> None:
        """Sign in at the first of the host's addresses that lets us. Raises OutboundError."""
        failure: OutboundError | None = None
        for address in _addresses_of(self.host, self.port, self._allowed, self._resolver):
            try:
                self._connect(address)
                break
            except OutboundError as error:
                failure = error
        if self._session is None:
            raise failure or OutboundError("unknown_host", f"The name {self.host} is unknown here.")


def _place_of(url: str, schemes: Sequence[str], port: int, text: str) -> tuple[str, int, str]:
    """Return host, port and database of an address; `port` is the usual one. Raises OutboundError `bad_url`."""
    try:
        parts = urlsplit(url)
        host, port, name = parts.hostname or "", parts.port or port, unquote(parts.path.strip("/"))
    except ValueError as error:
        raise OutboundError("bad_url", text, permanent=True) from error
    odd = parts.scheme not in schemes or parts.username is not None or parts.query or parts.fragment
    if odd or not host or not name or "/" in name or not name.isprintable():
        raise OutboundError("bad_url", text, permanent=True)
    return host, port, name


def _addresses_of(host: str, port: int, allowed: Sequence[Network], resolver: Resolver) -> list[Address]:
    """Return the addresses of a host that may be connected to. Raises OutboundError."""
    try:
        return permitted(host, port, allowed, resolver)
    except Refused as refused:
        raise OutboundError("address_refused", str(refused), permanent=True) from None
    except (OSError, UnicodeError):
        raise OutboundError("unknown_host", f"The name {host} is unknown here. Check the address.") from None
