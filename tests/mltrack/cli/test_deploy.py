"""What `deploy` sends, and what it says of the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mltrack import cli
from projects.models import Deployment
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

DEPLOY = ("deploy", "--initiative", "CHURN", "--model-version", "churn/7", "--commit", "abc1234")
PATH = "POST /api/v1/initiatives/CHURN/deployments/"
ANSWER = {"id": "dep_1", "environment": "production", "version": "churn/7", "state": "live"}


@pytest.fixture
def storing(server: FakeServer) -> FakeServer:
    server.routes = {PATH: Reply(201, ANSWER)}
    return server


def test_what_is_not_said_is_production_live_and_now(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    done = run(*DEPLOY, "--json", str(told))
    assert (done.exit, done.out) == (0, "stored: churn/7 is live in production (dep_1)\n")
    given = {"environment": "production", "version": "churn/7", "state": "live", "commit": "abc1234"}
    assert storing.posted() == [given]
    assert json.loads(told.read_text()) == ANSWER


def test_all_of_it(run: Run, storing: FakeServer) -> None:
    more = ("--environment", "eu", "--state", "canary", "--at", "2026-10-01T00:00:00Z")
    run(*DEPLOY, *more, "--image-digest", "sha256:1", "--endpoint", "https://example.org/")
    (body,) = storing.posted()
    assert body == {
        "environment": "eu",
        "version": "churn/7",
        "state": "canary",
        "commit": "abc1234",
        "at": "2026-10-01T00:00:00Z",
        "image_digest": "sha256:1",
        "endpoint": "https://example.org/",
    }


def test_a_refusal_and_a_missing_version(run: Run, server: FakeServer) -> None:
    server.routes = {PATH: Reply(400, {"detail": "/version: Several models have a 7.", "errors": []})}
    done = run(*DEPLOY)
    assert done.exit == 2 and "Several models have a 7." in done.err
    assert run("deploy", "--initiative", "CHURN").exit == 2


def test_the_states_are_the_servers() -> None:
    assert list(cli.STATES) == list(Deployment.State.values)
