"""The client against a server that misbehaves."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from mltrack.outbound import BasicAuth, BearerAuth, OutboundClient, OutboundError
from tests.servers import hostile
from tests.servers.hostile import HostileServer, as_json, raw

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "s3cr3t-canary-value"


def client_of(server: HostileServer, **more: Any) -> OutboundClient:
    settings: dict[str, Any] = {"allowed_networks": LOOPBACK, "timeout": 20.0, "pause": 0.01, "max_bytes": 100_000}
    return OutboundClient(server.url, **(settings | more))


def failure(server: HostileServer, **more: Any) -> OutboundError:
    with client_of(server, **more) as client, pytest.raises(OutboundError) as caught:
        client.get_json("x")
    return caught.value


def test_json_goes_out_and_comes_back(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({"a": 1})]
    with OutboundClient(hostile_server.url + "/base/", allowed_networks=LOOPBACK) as client:
        assert client.get_json("one", {"q": "a b"}) == {"a": 1}
        assert client.post_json("/two", {"ü": None}) == {"a": 1}
        assert client.requests == 2
    (get, post) = hostile_server.seen
    assert get[:2] == ("GET", "/base/one?q=a+b") or get[:2] == ("GET", "/base/one?q=a%20b")
    assert post[:2] == ("POST", "/base/two")
    assert post[3].decode() == '{"ü":null}'


def test_basic_and_bearer_are_sent(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({})]
    for auth in (BasicAuth("u", "p"), BearerAuth("t0ken")):
        with client_of(hostile_server, auth=auth) as client:
            client.get_json("x")
    sent = [headers["authorization"] for _, _, headers, _ in hostile_server.seen]
    assert sent == ["Basic dTpw", "Bearer t0ken"]


def test_an_address_that_is_not_allowed_is_never_connected_to(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({})]
    error = failure(hostile_server, allowed_networks=())
    assert error.code == "address_refused" and error.permanent
    assert "MLTRACK_ALLOWED_NETWORKS" in error.text
    assert hostile_server.seen == []


def test_the_name_is_resolved_once_and_the_judged_address_is_used(hostile_server: HostileServer) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    hostile_server.script = [as_json({"ok": True})]
    url = f"http://tracking.example:{hostile_server.port}"
    with OutboundClient(url, allowed_networks=LOOPBACK, resolver=rebinding) as client:
        assert client.get_json("x") == {"ok": True}
    assert asked == ["tracking.example"]
    assert hostile_server.seen[0][2]["host"] == f"tracking.example:{hostile_server.port}"


def test_redirects_are_not_followed(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(302, Location="http://169.254.169.254/latest/meta-data/"), as_json({})]
    error = failure(hostile_server)
    assert error.code == "redirect" and error.permanent
    assert len(hostile_server.seen) == 1


def test_proxies_of_the_environment_are_not_used(
    hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    hostile_server.script = [as_json({"ok": True})]
    with client_of(hostile_server) as client:
        assert client.get_json("x") == {"ok": True}


@pytest.mark.parametrize("misbehaviour", [hostile.dripping, hostile.dripping_headers, hostile.silence])
def test_the_deadline_is_for_the_whole_answer(hostile_server: HostileServer, misbehaviour: Callable[..., None]) -> None:
    hostile_server.script = [misbehaviour]
    began = time.monotonic()
    error = failure(hostile_server, timeout=0.6)
    assert error.code == "timeout" and not error.permanent
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "misbehaviour, code",
    [
        (hostile.html, "not_json"),
        (hostile.half_json, "not_json"),
        (hostile.wrong_length, "connection_broken"),
        (hostile.gzip_bomb, "too_large"),
        (raw(200, b"x" * 100_001), "too_large"),
        (hostile.reset, "connection_broken"),
        (raw(500), "server_error"),
        (raw(401), "unauthorized"),
        (raw(403), "forbidden"),
        (raw(404), "not_found"),
    ],
)
def test_each_misbehaviour_is_an_error_in_words(
    hostile_server: HostileServer, misbehaviour: Callable[..., None], code: str
) -> None:
    hostile_server.script = [misbehaviour]
    error = failure(hostile_server)
    assert error.code == code
    assert error.text.endswith((".", "?"))


@pytest.mark.parametrize(
    "header, seconds", [("7", 7.0), ("Mon, 23 Nov 2026 08:00:30 GMT", 30.0)], ids=["seconds", "date"]
)
def test_a_limit_is_raised_at_once_with_its_waiting_time(
    hostile_server: HostileServer, header: str, seconds: float
) -> None:
    hostile_server.script = [raw(429, Retry_After=header)]
    error = failure(hostile_server, now=lambda: datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    assert (error.code, error.retry_after) == ("rate_limited", seconds)
    assert len(hostile_server.seen) == 1


@pytest.mark.parametrize(
    ("link", "further"),
    [
        ('<https://other.example/x?after=a%3D&page=2>; rel="next", <https://other.example/x>; rel="first"',
         {"after": "a=", "page": "2"}),
        ('<https://other.example/x?page=1>; rel="prev"', {}),
        ("nonsense", {}),
    ],
)  # fmt: skip
def test_of_the_next_page_only_the_parameters_are_taken(
    hostile_server: HostileServer, link: str, further: dict[str, str]
) -> None:
    hostile_server.script = [raw(200, b"[1]", Link=link), as_json([2])]
    with client_of(hostile_server) as client:
        assert client.get_page("x", {"per_page": "1"}) == ([1], further)
        assert client.get_page("x", further) == ([2], {})


@pytest.mark.parametrize("trouble", [raw(503), hostile.reset], ids=["5xx", "reset"])
def test_passing_trouble_is_tried_again(hostile_server: HostileServer, trouble: Callable[..., None]) -> None:
    hostile_server.script = [trouble, trouble, as_json({"ok": True})]
    with client_of(hostile_server) as client:
        assert client.get_json("x") == {"ok": True}
        assert client.requests == 3


def test_tries_are_bounded(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(500)]
    assert failure(hostile_server).code == "server_error"
    assert len(hostile_server.seen) == 3


def test_the_servers_words_are_quoted_without_the_secret(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(400, f"bad token {SECRET}\x00\x1b[31m".encode())]
    error = failure(hostile_server, auth=BearerAuth(SECRET))
    assert error.excerpt == "bad token •••  [31m"


def test_secrets_reach_no_log_repr_or_error(hostile_server: HostileServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hostile_server.script = [raw(500, SECRET.encode())]
    for auth in (BasicAuth("u", SECRET), BearerAuth(SECRET)):
        error = failure(hostile_server, auth=auth)
        assert SECRET not in f"{auth!r} {error!r} {error.text} {error.excerpt}"
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tracking.example",
        "ftp://tracking.example",
        "file:///etc/passwd",
        "http://user:pass@tracking.example",
        "http://tracking.example/?a=1",
        "http://tracking.example/#x",
        "http://[::1",
        "http://",
    ],
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(OutboundError) as caught:
        OutboundClient(url)
    assert caught.value.code == "bad_url" and caught.value.permanent


def test_unknown_names_and_closed_ports_are_said() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with OutboundClient("http://nobody.example", resolver=unknown) as client, pytest.raises(OutboundError) as caught:
        client.get_json("x")
    assert caught.value.code == "unknown_host" and "nobody.example" in caught.value.text
    closed = OutboundClient("http://127.0.0.1:1", allowed_networks=LOOPBACK)
    with closed, pytest.raises(OutboundError) as caught:
        closed.get_json("x")
    assert caught.value.code == "connection_refused"


def test_https_to_a_plain_server_is_said(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({})]
    url = hostile_server.url.replace("http:", "https:")
    with OutboundClient(url, allowed_networks=LOOPBACK, timeout=2) as client, pytest.raises(OutboundError) as caught:
        client.get_json("x")
    assert caught.value.code == "tls"


def test_a_certificate_that_cannot_be_read_is_said() -> None:
    with pytest.raises(OutboundError) as caught:
        OutboundClient("https://tracking.example", ca_pem="no certificate")
    assert caught.value.code == "ca_invalid"


@pytest.mark.parametrize("value", ["line\nbreak", "ümlaut", "nul\x00"])
def test_headers_that_cannot_be_sent_are_refused(value: str) -> None:
    with pytest.raises(OutboundError) as caught:
        OutboundClient("https://tracking.example", headers={"X-Name": value})
    assert caught.value.code == "bad_header" and value not in caught.value.text


def test_closing_ends_what_is_in_flight(hostile_server: HostileServer) -> None:
    hostile_server.script = [hostile.silence]
    client = client_of(hostile_server, timeout=20.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get_json, "x")
        while not hostile_server.seen:
            time.sleep(0.01)
        began = time.monotonic()
        client.close()
        with pytest.raises((OutboundError, RuntimeError)):
            waiting.result(10)
        assert time.monotonic() - began < 15


def test_what_must_not_be_done_twice_is_sent_once(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(503)]
    with client_of(hostile_server) as client:
        for once, sent in ((True, 1), (False, 3)):
            hostile_server.seen.clear()
            with pytest.raises(OutboundError):
                client.send_json("POST", "x", {}, once=once)
            assert len(hostile_server.seen) == sent
        hostile_server.script = [raw(204), as_json({"a": 1})]
        assert client.send_json("PATCH", "x", {"b": 2}) is None
        assert client.send_json("PUT", "x", {"b": 2}) == {"a": 1}
    assert [(method, body) for method, _, _, body in hostile_server.seen[-2:]] == [
        ("PATCH", b'{"b":2}'),
        ("PUT", b'{"b":2}'),
    ]
