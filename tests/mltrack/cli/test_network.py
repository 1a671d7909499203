"""Lost connections, busy and broken servers, refusals: what is tried again, what is not, and how it exits."""

from __future__ import annotations

import email.utils
import time

import pytest

from tests.mltrack.cli.conftest import TOKEN, Run
from tests.mltrack.cli.documents import document
from tests.mltrack.cli.server import FakeServer, Reply

GATE = ("gate", "--initiative", "CHURN", "--commit", "abc1234")
READY = Reply(body=document("ready"))


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(500, b"<html>oops</html>"),
        Reply(502),
        Reply(503, {"title": "Unavailable"}, {"Retry-After": "0"}),
        Reply(429, {"title": "Slow down"}, {"Retry-After": "1"}),
        Reply(409, {"title": "Still running"}, {"Retry-After": "1"}),
        Reply(fault="close"),
        Reply(body=document("ready"), fault="short"),
    ],
    ids=["500", "502", "503", "429", "409", "close", "short"],
)
def test_trouble_is_tried_again_with_the_same_key(server: FakeServer, run: Run, trouble: Reply) -> None:
    server.script = [trouble, READY]
    done = run(*GATE)
    assert (done.exit, len(server.calls)) == (0, 2)
    assert server.calls[0].headers["Idempotency-Key"] == server.calls[1].headers["Idempotency-Key"]
    assert server.calls[0].body == server.calls[1].body
    assert "trying again" in done.err


def test_two_commands_use_two_keys(server: FakeServer, run: Run) -> None:
    server.script = [READY, READY]
    assert [run(*GATE).exit, run(*GATE).exit] == [0, 0]
    assert server.calls[0].headers["Idempotency-Key"] != server.calls[1].headers["Idempotency-Key"]


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_obeyed(server: FakeServer, run: Run, as_date: bool) -> None:
    value = email.utils.formatdate(time.time() + 3, usegmt=True) if as_date else "2"
    server.script = [Reply(429, {}, {"Retry-After": value}), READY]
    start = time.monotonic()
    assert run(*GATE).exit == 0
    assert time.monotonic() - start >= 1.9


def test_retry_after_beyond_the_timeout_ends_at_once(server: FakeServer, run: Run) -> None:
    server.script = [Reply(503, {"detail": "Upgrading."}, {"Retry-After": "600"})]
    start = time.monotonic()
    done = run(*GATE)
    assert done.exit == 5
    assert "503: Upgrading. and asks to wait 600 s" in done.err
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_timeout_bounds_a_stuck_answer(server: FakeServer, run: Run, fault: str) -> None:
    server.routes = {"POST /api/v1/initiatives/CHURN/gate/": Reply(body=document("ready"), fault=fault)}
    start = time.monotonic()
    done = run(*GATE, "--timeout", "1.5")
    assert done.exit == 5
    assert time.monotonic() - start < 6
    assert "no answer" in done.err or "timed out" in done.err


def test_permanent_5xx_is_not_a_verdict(server: FakeServer, run: Run) -> None:
    server.routes = {"POST /api/v1/initiatives/CHURN/gate/": Reply(500, b"boom")}
    done = run(*GATE, "--timeout", "2")
    assert done.exit == 5
    assert len(server.calls) >= 2


def test_nobody_listens(run: Run) -> None:
    done = run(*GATE, "--timeout", "1", MLTRACK_URL="http://127.0.0.1:1")
    assert done.exit == 5
    assert "no connection to http://127.0.0.1:1" in done.err


@pytest.mark.parametrize(
    ("status", "code"), [(400, 2), (404, 2), (409, 2), (413, 2), (422, 2), (401, 4), (403, 4), (301, 5), (307, 5)]
)
def test_refusals_are_not_tried_again(server: FakeServer, run: Run, status: int, code: int) -> None:
    server.script = [Reply(status, {"title": "Refused"}, {"Location": "/elsewhere"})]
    assert (run(*GATE).exit, len(server.calls)) == (code, 1)


def test_problem_is_told_in_words(server: FakeServer, run: Run) -> None:
    problem = {
        "title": "Bad request",
        "detail": "Unknown key.",
        "code": "unknown_key",
        "request_id": "req-9",
        "errors": [{"pointer": "/colour", "code": "unknown_key", "detail": "is not a field"}],
    }
    server.script = [Reply(400, problem, {"Content-Type": "application/problem+json"})]
    assert run(*GATE).err == "mltrack: 400: Unknown key.; /colour is not a field; request req-9\n"


def test_redirect_gets_no_token(server: FakeServer, run: Run) -> None:
    server.script = [Reply(302, b"", {"Location": f"{server.url}/thief?t={TOKEN}"})]
    done = run(*GATE)
    assert done.exit == 5
    assert [call.path for call in server.calls] == ["/api/v1/initiatives/CHURN/gate/"]
    assert "/thief?t=***" in done.err


def test_token_that_a_server_echoes_is_masked(server: FakeServer, run: Run) -> None:
    server.script = [Reply(401, {"detail": f"{TOKEN} is revoked"})]
    assert run(*GATE).err == "mltrack: 401: *** is revoked\n"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "set MLTRACK_URL"),
        ("ml.example.org", "set MLTRACK_URL"),
        ("ftp://ml.example.org", "set MLTRACK_URL"),
        ("https://ml.example.org:port", "set MLTRACK_URL"),
        ("https://[::1", "set MLTRACK_URL"),
        ("https://ml.example.org/?a=b", "set MLTRACK_URL"),
        ("https://a\nb.example.org", "set MLTRACK_URL"),
        ("https://me:pw@ml.example.org", "user or password"),
        ("http://ml.example.org", "--insecure-http"),
        ("http://10.0.0.8:8000", "--insecure-http"),
        ("http://127.0.0.1.example.org", "--insecure-http"),
    ],
)
def test_unusable_addresses(run: Run, url: str, word: str) -> None:
    done = run(*GATE, MLTRACK_URL=url)
    assert done.exit == 2
    assert word in done.err


def test_address_may_carry_the_api_path(server: FakeServer, run: Run) -> None:
    server.script = [READY, READY]
    assert run(*GATE, MLTRACK_URL=server.url + "/api/v1/").exit == 0
    assert run(*GATE, "--url", server.url + "/", MLTRACK_URL="").exit == 0
    assert {call.path for call in server.calls} == {"/api/v1/initiatives/CHURN/gate/"}


def test_plain_http_goes_past_proxies(server: FakeServer, run: Run) -> None:
    server.script = [READY]
    assert run(*GATE, http_proxy="http://127.0.0.1:1").exit == 0


def test_insecure_http_is_a_choice(run: Run) -> None:
    # 192.0.2.1 is reserved for documentation (RFC 5737): nothing answers, but it was tried.
    assert run(*GATE, "--insecure-http", "--timeout", "1", MLTRACK_URL="http://192.0.2.1:9").exit == 5


@pytest.mark.parametrize(
    ("token", "word"), [("", "empty"), ("  ", "empty"), ("mlt a", "spaces"), ("mlt\nX: y", "spaces")]
)
def test_unusable_tokens(server: FakeServer, run: Run, token: str, word: str) -> None:
    done = run(*GATE, MLTRACK_TOKEN=token)
    assert (done.exit, server.calls) == (4, [])
    assert word in done.err


def test_short_token_does_not_garble_answers(server: FakeServer, run: Run) -> None:
    server.script = [READY]
    assert run(*GATE, MLTRACK_TOKEN="t").exit == 0
