"""What `doctor` tells of a set-up, in words, and its exit codes."""

from __future__ import annotations

import email.utils
import time

import pytest

from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

TOKEN_FACTS = {
    "workspace": "demo",
    "scopes": ["read", "runs:write", "gate"],
    "expires": "2027-01-01T00:00:00Z",
    "version": "0.1.0",
}
TOKEN = "GET /api/v1/token/"


def test_healthy_set_up(server: FakeServer, run: Run) -> None:
    server.routes = {TOKEN: Reply(body=TOKEN_FACTS), "GET /api/v1/initiatives/CHURN/": Reply(body={"key": "CHURN"})}
    done = run("doctor", "--initiative", "CHURN")
    assert done.exit == 0
    assert done.out.splitlines() == [
        f"server: {server.url} answers, version 0.1.0",
        "token: accepted, workspace demo, expires 2027-01-01T00:00:00Z",
        "clock: within 5 s of the server's",
        "initiative: CHURN is visible",
        "scopes: read runs:write gate",
        "report: will work",
        "evaluate: will be refused, the token lacks evaluations:write",
        "label: will be refused, the token lacks labels:write",
        "observe: will be refused, the token lacks readings:write",
        "gate: will work",
    ]


@pytest.mark.parametrize(
    ("scopes", "code"), [(["read"], 4), ([], 4), (["gate"], 0), (["runs:write"], 0), (["evaluations:write"], 0)]
)
def test_missing_scopes_are_named(server: FakeServer, run: Run, scopes: list[str], code: int) -> None:
    server.routes = {TOKEN: Reply(body={**TOKEN_FACTS, "scopes": scopes})}
    done = run("doctor")
    assert done.exit == code
    refused = [line for line in done.out.splitlines() if "will be refused" in line]
    needed = ("runs:write", "evaluations:write", "labels:write", "readings:write", "gate")
    missing = [scope for scope in needed if scope not in scopes]
    assert [line.split("lacks ")[1] for line in refused] == missing


def test_server_that_does_not_describe_tokens(server: FakeServer, run: Run) -> None:
    server.routes = {"GET /api/v1/initiatives/?limit=1": Reply(body={"data": []})}
    done = run("doctor")
    assert done.exit == 0
    assert "scopes: the server does not tell them; the token may read" in done.out


@pytest.mark.parametrize(("shift", "word"), [(-3600, "ahead of"), (3600, "behind")])
def test_clock_skew(server: FakeServer, run: Run, monkeypatch: pytest.MonkeyPatch, shift: int, word: str) -> None:
    date = email.utils.formatdate(time.time() + shift, usegmt=True)
    monkeypatch.setattr(server.RequestHandlerClass, "date_time_string", lambda *_: date)
    server.routes = {TOKEN: Reply(body=TOKEN_FACTS)}
    (line,) = [line for line in run("doctor").out.splitlines() if line.startswith("clock: ")]
    assert word in line
    assert 3590 <= int(line.split()[1]) <= 3610


def test_server_without_a_date(server: FakeServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.RequestHandlerClass, "date_time_string", lambda *_: "soon")
    server.routes = {TOKEN: Reply(body=TOKEN_FACTS)}
    assert "clock: the server sends no Date" in run("doctor").out


@pytest.mark.parametrize(("reply", "code"), [(Reply(401), 4), (Reply(404), 2), (Reply(body=b"<html>"), 5)])
def test_broken_set_ups(server: FakeServer, run: Run, reply: Reply, code: int) -> None:
    server.routes = {TOKEN: reply}
    done = run("doctor")
    assert (done.exit, done.out) == (code, "")
    assert done.err.startswith("mltrack: ")


def test_hidden_initiative(server: FakeServer, run: Run) -> None:
    server.routes = {TOKEN: Reply(body=TOKEN_FACTS)}
    assert run("doctor", "--initiative", "OTHER").exit == 2


def test_hostile_facts(server: FakeServer, run: Run) -> None:
    facts = {"workspace": "a\n::error::b", "scopes": ["\x1b[31mgate", 7, None], "version": {"x": 1}}
    server.routes = {TOKEN: Reply(body=facts)}
    done = run("doctor")
    assert done.exit == 4
    assert "\x1b" not in done.out
    assert not any(line.startswith("::") for line in done.out.splitlines())
