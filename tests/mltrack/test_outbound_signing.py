"""A long-lived token is exchanged for short-lived ones, and neither is ever quoted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mltrack.outbound import BearerAuth, ExchangeAuth, OutboundError
from mltrack.outbound.signing import Exchange
from tests.mltrack.test_outbound_client import client_of
from tests.servers.hostile import Answer, Handler, HostileServer, as_json, raw

KEPT = "kept-canary-refresh"
PATH = "api/token/refresh/"


class Server:
    """Gives bearer tokens one after the other and accepts those in `good`."""

    def __init__(self, refresh: Answer | None = None) -> None:
        self.good: set[str] = set()
        self.given = itertools.count(1)
        self.refresh = refresh

    def answer(self, handler: Handler) -> None:
        if handler.path.endswith(PATH):
            token = f"bearer-canary-{next(self.given)}"
            self.good.add(token)
            (self.refresh or as_json({"access": token}))(handler)
            return
        sent = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        answer = as_json({"ok": True}) if sent in self.good else raw(401, f"no: {sent}".encode())
        answer(handler)


def asked(server: HostileServer) -> list[str]:
    return [path.rpartition("/api/")[2] or path for _, path, _, _ in server.seen]


def test_a_token_is_exchanged_once_and_sent_as_bearer(hostile_server: HostileServer) -> None:
    hostile_server.script = [Server().answer]
    with client_of(hostile_server, auth=ExchangeAuth(KEPT, PATH)) as client:
        assert [client.get_json("x") for _ in range(3)] == [{"ok": True}] * 3
        assert client.requests == 4
    (exchange, *others) = hostile_server.seen
    assert (exchange[1], exchange[3].decode()) == (f"/{PATH}", f'{{"refresh":"{KEPT}"}}')
    assert "authorization" not in exchange[2]
    assert {headers["authorization"] for _, _, headers, _ in others} == {"Bearer bearer-canary-1"}


def test_an_old_token_is_exchanged_before_it_is_refused(hostile_server: HostileServer) -> None:
    hostile_server.script = [Server().answer]
    with client_of(hostile_server, auth=ExchangeAuth(KEPT, PATH, seconds=0.0)) as client:
        client.get_json("x")
        client.get_json("x")
        assert client.requests == 4


def test_a_token_that_expires_in_the_middle_is_exchanged_and_the_request_repeated(
    hostile_server: HostileServer,
) -> None:
    server = Server()
    hostile_server.script = [server.answer]
    with client_of(hostile_server, auth=ExchangeAuth(KEPT, PATH)) as client:
        client.get_json("x")
        server.good.clear()
        assert client.get_json("x") == {"ok": True}
        assert client.requests == 5


def test_a_fresh_token_that_is_refused_is_not_asked_for_again(hostile_server: HostileServer) -> None:
    hostile_server.script = [Server(as_json({"access": "useless-canary"})).answer]
    with client_of(hostile_server, auth=ExchangeAuth(KEPT, PATH)) as client:
        with pytest.raises(OutboundError) as caught:
            client.get_json("x")
        assert (caught.value.code, client.requests) == ("unauthorized", 2)
        assert caught.value.excerpt == "no: •••"


@pytest.mark.parametrize(
    ("refresh", "code"),
    [
        (raw(401, f"revoked {KEPT}".encode()), "unauthorized"),
        (as_json({}), "bad_answer"),
        (as_json([]), "bad_answer"),
        (as_json({"access": ""}), "bad_answer"),
        (as_json({"access": 7}), "bad_answer"),
        (as_json({"access": "with\nbreak"}), "bad_header"),
    ],
)
def test_an_exchange_that_fails_is_said_without_the_token(
    hostile_server: HostileServer, refresh: Answer, code: str
) -> None:
    hostile_server.script = [Server(refresh).answer]
    with client_of(hostile_server, auth=ExchangeAuth(KEPT, PATH)) as client:
        with pytest.raises(OutboundError) as caught:
            client.get_json("x")
        assert (caught.value.code, client.requests) == (code, 1)
        assert KEPT not in f"{caught.value.text} {caught.value.excerpt}"


def test_a_token_is_good_for_its_seconds_alone() -> None:
    now = [0.0]
    given = itertools.count(1)

    def post(path: str, body: Any) -> Any:
        return {"access": f"t{next(given)}"}

    exchange = Exchange(ExchangeAuth(KEPT, PATH, seconds=240), clock=lambda: now[0])
    told = [exchange.bearer(post)]
    for now[0] in (239.0, 240.0):
        told.append(exchange.bearer(post))
    assert told == [("t1", True), ("t1", False), ("t2", True)]
    exchange.forget("t1")
    assert exchange.bearer(post) == ("t2", False)
    exchange.forget("t2")
    assert exchange.bearer(post) == ("t3", True)


def test_another_word_than_bearer_is_sent(hostile_server: HostileServer) -> None:
    hostile_server.script = [as_json({})]
    with client_of(hostile_server, auth=BearerAuth("abc", scheme="Token")) as client:
        client.get_json("x")
    assert hostile_server.seen[0][2]["authorization"] == "Token abc"


@pytest.mark.parametrize(
    ("date", "told"), [("Mon, 23 Nov 2026 08:00:30 GMT", datetime(2026, 11, 23, 8, 0, 30, tzinfo=UTC)), ("soon", None)]
)
def test_the_servers_clock_is_known_where_it_tells(date: str, told: datetime | None) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", date)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    with HostileServer(answer) as server, client_of(server) as client:
        assert client.server_time is None
        client.get_json("x")
        assert client.server_time == told


def test_no_way_to_sign_in_shows_its_secret() -> None:
    ways: list[Callable[[], object]] = [lambda: ExchangeAuth(KEPT, PATH), lambda: BearerAuth(KEPT)]
    assert all(KEPT not in repr(make()) for make in ways)
