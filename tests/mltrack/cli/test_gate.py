"""The gate's exit codes, what it sends, and what a person reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.documents import check, document, every_result
from tests.mltrack.cli.server import FakeServer, Reply

GATE = ("gate", "--initiative", "CHURN", "--commit", "abc1234", "--ref", "main")


@pytest.mark.parametrize(("verdict", "code"), [("ready", 0), ("not_ready", 1), ("unknown", 3)])
def test_exit_code_is_the_verdict(server: FakeServer, run: Run, verdict: str, code: int) -> None:
    server.script = [Reply(body=document(verdict))]
    assert run(*GATE).exit == code


def test_request_follows_the_contract(server: FakeServer, run: Run) -> None:
    server.routes = {"POST /api/v1/initiatives/CHURN/gate/": Reply(body=document("ready"))}
    assert run(*GATE, "--model-version", "churn/7", "--dry-run").exit == 0
    assert server.posted() == [{"commit": "abc1234", "ref": "main", "model_version": "churn/7", "dry_run": True}]
    headers = server.calls[0].headers
    assert headers["Authorization"] == "Bearer mlt_canary-5f2c"
    assert headers["Content-Type"] == "application/json"
    assert len(headers["Idempotency-Key"]) == 36


def test_an_evaluation_is_named(server: FakeServer, run: Run) -> None:
    server.script = [Reply(body=document("ready"))]
    assert run("gate", "--initiative", "CHURN", "--commit", "a", "--evaluation", "nightly-7").exit == 0
    assert server.posted()[0]["evaluation"] == "nightly-7"


def test_initiative_cannot_change_the_path(server: FakeServer, run: Run) -> None:
    assert run("gate", "--initiative", "../../admin?x=", "--commit", "a").exit == 2
    assert server.calls[0].path == "/api/v1/initiatives/..%2F..%2Fadmin%3Fx%3D/gate/"


@pytest.mark.parametrize(
    ("env", "commit", "ref"),
    [
        ({"GITHUB_SHA": "a1", "GITHUB_REF": "refs/heads/main"}, "a1", "refs/heads/main"),
        ({"CI_COMMIT_SHA": "b2", "CI_COMMIT_REF_NAME": "fix"}, "b2", "fix"),
    ],
)
def test_ci_names_the_commit(server: FakeServer, run: Run, env: dict[str, str], commit: str, ref: str) -> None:
    server.script = [Reply(body=document("ready"))]
    assert run("gate", "--initiative", "CHURN", **env).exit == 0
    assert server.posted() == [{"commit": commit, "ref": ref}]


def test_checkout_names_the_commit(server: FakeServer, run: Run, tmp_path: Path) -> None:
    identity = ("-c", "user.name=ci", "-c", "user.email=ci@example.org", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q", "-b", "topic"), (*identity, "commit", "-q", "--allow-empty", "-m", "Start")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True, check=True)
    server.script = [Reply(body=document("ready"))]
    assert run("gate", "--initiative", "CHURN").exit == 0
    assert server.posted() == [{"commit": head.stdout.strip(), "ref": "topic"}]


def test_without_any_commit_nothing_is_asked(server: FakeServer, run: Run, tmp_path: Path) -> None:
    done = run("gate", "--initiative", "CHURN", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert (done.exit, server.calls) == (2, [])
    assert "--commit or --model-version" in done.err


def test_person_reads_verdict_then_blockers(server: FakeServer, run: Run) -> None:
    checks = [*every_result(), check("fail", "extra", required=False, observed=None, low=None, high=None, n=None)]
    server.script = [Reply(body=document("not_ready", checks, reasons=["accuracy is too low"]))]
    lines = run(*GATE).out.splitlines()
    assert lines[0] == "■ Not ready: CHURN, run nightly"
    assert lines[1] == "  reason: accuracy is too low"
    assert lines[2] == "■ Fail  model.fail: A check that is fail"
    assert lines[3] == "    observed 0.88 (0.86 to 0.9); expected >= 0.9; n 400"
    assert lines[4] == "    why: the lower bound is under the target"
    assert lines[5] == "    to pass: a lower bound of 0.9"
    order = [line.split()[1 if line[0] in "■◌○⧗◇" else 0] for line in lines[2:] if line[0] in "■◌○⧗◇"]
    assert order == ["Fail", "Insufficient", "Missing", "Stale", "Fail", "Waived"]
    assert "■ Fail  model.extra: A check that is fail (optional)" in lines
    assert "    observed none; expected >= 0.9; n none" in lines
    assert "Checks: 2 fail, 1 insufficient, 1 missing, 1 stale, 1 waived, 1 pass, 1 not applicable" in lines
    assert "Source: decision gat_7, health on_track, policy 1, as of 2026-01-02T03:04:05Z" in lines


def test_warnings_and_waivers_are_told(server: FakeServer, run: Run) -> None:
    waiver = {
        "check": "model.waived",
        "value": 0.8,
        "reason": "pilot only",
        "expires": "2026-03-01",
        "approver": "lead",
    }
    answer = document("ready", warnings=["evidence goes stale in 3 days"], waivers=[waiver], decision=None)
    server.script = [Reply(body=answer)]
    out = run(*GATE).out
    assert "  warning: evidence goes stale in 3 days" in out
    assert "  waiver: check model.waived, reason pilot only, value 0.8, expires 2026-03-01, approver lead" in out
    assert "decision not kept" in out


def test_no_candidate_blocks(server: FakeServer, run: Run) -> None:
    server.script = [Reply(body=document("unknown", [], candidate=None, reasons=["no run of this commit"]))]
    done = run(*GATE)
    assert done.exit == 3
    assert done.out.startswith("? Unknown: CHURN, no candidate\n  reason: no run of this commit\nChecks: none\n")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verdict": "ready"},
        {"verdict": "green", "checks": []},
        {"verdict": ["ready"], "checks": []},
        {"verdict": "ready", "checks": [{"id": 1, "result": "pass"}]},
        {"verdict": "ready", "checks": [None]},
        ["ready"],
        b"<html>Sign in</html>",
        b"[" * 100_000,
        b"",
    ],
)
def test_answer_that_is_not_understood_is_not_ready(server: FakeServer, run: Run, body: object) -> None:
    server.script = [Reply(body=body)]
    done = run(*GATE)
    assert done.exit == 5
    assert "Traceback" not in done.err
