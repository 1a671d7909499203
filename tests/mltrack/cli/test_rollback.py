"""What `promote` and `rollback` ask and send."""

from __future__ import annotations

import pytest

from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

HERE = "/api/v1/initiatives/CHURN/"
NOW = {
    "environments": [
        {"name": "eu", "champion": None, "canary": None, "shadow": {"id": "dep_9", "version": "9"}},
        {"name": "production", "champion": {"id": "dep_1", "version": "1"}, "canary": {"id": "dep_2", "version": "2"}},
    ]
}
LIVE = {"id": "dep_2", "environment": "production", "version": "2", "state": "live"}
BACK = {"id": "rbk_1", "environment": "production", "from_version": "1", "to_version": "0", "seconds": 45}


@pytest.fixture
def known(server: FakeServer) -> FakeServer:
    server.routes = {
        f"GET {HERE}production/": Reply(200, NOW),
        f"POST {HERE}deployments/dep_2/promote/": Reply(200, LIVE),
        f"POST {HERE}deployments/dep_9/promote/": Reply(200, {**LIVE, "environment": "eu"}),
        f"POST {HERE}deployments/dep_1/rollback/": Reply(200, BACK),
        f"POST {HERE}rollbacks/": Reply(201, {**BACK, "from_version": "", "to_version": ""}),
    }
    return server


def test_the_canary_is_promoted_else_the_shadow(run: Run, known: FakeServer) -> None:
    done = run("promote", "--initiative", "CHURN")
    assert (done.exit, done.out) == (0, "stored: 2 is live in production (dep_2)\n")
    assert run("promote", "--initiative", "CHURN", "--environment", "eu", "--note", "Held.").exit == 0
    assert known.posted() == [{"note": ""}, {"note": "Held."}]


def test_what_is_live_is_taken_back(run: Run, known: FakeServer) -> None:
    done = run("rollback", "--initiative", "CHURN", "--model-version", "1", "--seconds", "45", PYTHONIOENCODING="utf-8")
    assert (done.exit, done.out) == (0, "stored: rollback in production: 1 → 0 in 45 s (rbk_1)\n")
    assert known.posted() == [{"seconds": 45, "note": ""}]


def test_a_rehearsal_takes_nothing_back(run: Run, known: FakeServer) -> None:
    done = run("rollback", "--initiative", "CHURN", "--rehearsal", "--seconds", "45", "--link", "https://e.org/")
    assert done.out == "stored: rollback in production: rehearsed in 45 s (rbk_1)\n"
    assert known.posted() == [{"environment": "production", "seconds": 45, "link": "https://e.org/", "note": ""}]


def test_nothing_there_or_another_version_is_told(run: Run, known: FakeServer) -> None:
    done = run("promote", "--initiative", "CHURN", "--model-version", "3")
    assert done.exit == 2 and "there is no 3 as canary or shadow in production" in done.err
    done = run("rollback", "--initiative", "CHURN", "--environment", "us")
    assert done.exit == 2 and "there is no champion in us" in done.err
    assert known.posted() == []
