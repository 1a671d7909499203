"""The CI client and every command of docs/ci.md against the real API: the same verdict as the pages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from pytest_django.live_server_helper import LiveServer

from kpis.models import GateDecision
from projects.models import Run
from tests.api.people import Team
from tests.api.test_ready_by_rest import COMMIT, give_words, report, set_goals
from tests.mltrack.accounts.api.callers import caller
from tests.mltrack.cli.server import CLI
from tests.mltrack.cli.snippets import run_snippets
from tests.projects.faults.upload_parts import counting

SCOPES = ["read", "runs:write", "evaluations:write", "labels:write", "gate"]


@pytest.fixture
def ready(transactional_db: None) -> Team:
    """A workspace whose initiative FORMS is ready."""
    team = Team()
    set_goals(team)
    report(team)
    give_words(team)
    return team


def run_client(server: LiveServer, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the client as CI does."""
    environ = {"PATH": os.environ["PATH"], "MLTRACK_URL": server.url, "MLTRACK_TOKEN": token}
    command = [sys.executable, "-I", str(CLI), *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_the_client_tells_the_verdict(ready: Team, live_server: LiveServer) -> None:
    token = caller(ready.contributor.user, ready.workspace, SCOPES).text
    asked = run_client(live_server, token, "gate", "--initiative", "FORMS", "--commit", COMMIT)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    told = ["--metric", "eval/acc=0.5", "--metric", "coverage=0.85", "--metric", "n=5000", "--param", "threshold=0.8"]
    run = ["report", "--initiative", "FORMS", "--external-id", "worse", "--commit", "beef" * 10]
    reported = run_client(live_server, token, *run, "--dataset", "forms=9f2c", *told)
    assert reported.returncode == 0, reported.stdout + reported.stderr
    assert Run.objects.get(external_id="worse").dataset_links.get().dataset.digest == "9f2c"
    worse = run_client(live_server, token, "gate", "--initiative", "FORMS", "--commit", "beef" * 10)
    assert worse.returncode == 1 and "Accuracy" in worse.stdout
    absent = run_client(live_server, token, "gate", "--initiative", "FORMS", "--commit", "0" * 40, "--dry-run")
    assert absent.returncode == 3
    assert list(GateDecision.objects.order_by("id").values_list("verdict", flat=True)) == ["ready", "not_ready"]


def test_the_doctor_and_refusals(ready: Team, live_server: LiveServer) -> None:
    token = caller(ready.contributor.user, ready.workspace, SCOPES).text
    healthy = run_client(live_server, token, "doctor", "--initiative", "FORMS")
    assert healthy.returncode == 0 and "gate: will work" in healthy.stdout, healthy.stdout + healthy.stderr
    reader = caller(ready.viewer.user, ready.workspace, ["read"]).text
    assert run_client(live_server, reader, "gate", "--initiative", "FORMS", "--commit", COMMIT).returncode == 4
    assert run_client(live_server, token[:-1], "doctor").returncode == 4
    elsewhere = run_client(live_server, ready.stranger.text, "gate", "--initiative", "FORMS", "--commit", COMMIT)
    assert elsewhere.returncode == 2
    run = ["report", "--initiative", "FORMS", "--external-id", "x", "--metric", "accuracy=0.9"]
    broken = [*run, "--tag", "a=" + "x" * 20_000]
    assert run_client(live_server, token, *broken).returncode == 2


def test_every_snippet_of_the_guide_runs(ready: Team, live_server: LiveServer) -> None:
    token = caller(ready.contributor.user, ready.workspace, SCOPES).text
    with counting():
        outcomes = run_snippets(live_server.url, token, "FORMS")
    asking = dict.fromkeys(("github", "gitlab", "curl", "shell"), 3)
    assert {outcome.name: outcome.exit for outcome in outcomes} == {"evaluate": 0, "label": 0, **asking}, outcomes
    assert GateDecision.objects.count() == 3
