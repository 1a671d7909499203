"""The verdict on the command line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from kpis.models import ReadinessSnapshot
from kpis.services.snapshots import MOST_ATTEMPTS
from kpis.services.waivers import request_waiver
from projects.models import Initiative, JudgeDue
from projects.services.due import note_due
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.world import POOR, aimed, in_days, report

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        call_command("check_readiness", *arguments)
    assert isinstance(left.value.code, int)
    return left.value.code


def test_unknown_is_three(capsys: pytest.CaptureFixture[str]) -> None:
    make_initiative(make_workspace())
    assert run("CHURN") == 3
    out = capsys.readouterr().out
    assert out.startswith("CHURN is unknown (no candidate, as of ")
    assert "missing: " in out


def test_not_ready_is_one_and_what_waits_is_judged_first(capsys: pytest.CaptureFixture[str]) -> None:
    initiative = aimed(make_workspace())
    report(initiative, "poor", POOR)
    assert run("CHURN") == 1
    assert not JudgeDue.objects.exists()
    assert "fail: " in capsys.readouterr().out


def keep_ready(initiative: Initiative) -> None:
    """Keep a judgement that says ready, and nothing that waits."""
    JudgeDue.objects.all().delete()
    ReadinessSnapshot.objects.create(
        workspace=initiative.workspace,
        initiative=initiative,
        at=in_days(0),
        confirmed_at=in_days(0),
        verdict="ready",
        health="on_track",
        score=1,
        policy_version="1",
        digest="",
        document={
            "initiative": "CHURN",
            "verdict": "ready",
            "candidate": {"label": "run 7"},
            "blockers": [],
            "warnings": [{"text": "a waiver ends soon"}],
            "sections": [],
        },
    )


def test_ready_is_zero(capsys: pytest.CaptureFixture[str]) -> None:
    keep_ready(make_initiative(make_workspace()))
    assert run("CHURN") == 0
    assert "CHURN is ready (candidate run 7" in capsys.readouterr().out


def test_what_time_has_changed_is_judged_first(capsys: pytest.CaptureFixture[str]) -> None:
    keep_ready(make_initiative(make_workspace()))
    ReadinessSnapshot.objects.update(changes_at=in_days(-1))
    assert run("CHURN") == 3
    assert "CHURN is unknown (no candidate" in capsys.readouterr().out


def test_ready_is_unknown_where_nobody_can_judge_again(capsys: pytest.CaptureFixture[str]) -> None:
    initiative = make_initiative(make_workspace())
    keep_ready(initiative)
    note_due([initiative.pk], "run")
    JudgeDue.objects.update(attempts=MOST_ATTEMPTS)
    assert run("CHURN") == 3
    assert "Newer facts wait to be judged" in capsys.readouterr().out


def test_a_key_in_two_workspaces_needs_the_workspace() -> None:
    first, second = make_workspace(), make_stranger()
    make_initiative(first)
    initiative = aimed(second)
    report(initiative, "poor", POOR)
    with pytest.raises(CommandError, match="--workspace"):
        call_command("check_readiness", "CHURN")
    assert run("CHURN", "--workspace", first.workspace.key) == 3
    assert run("CHURN", "--workspace", second.workspace.key) == 1


def test_an_unknown_key_is_a_wrong_use() -> None:
    with pytest.raises(CommandError) as error:
        call_command("check_readiness", "NOPE")
    assert error.value.returncode == 2


def test_a_waiver_that_waits_changes_nothing() -> None:
    owner = make_workspace()
    initiative = aimed(owner)
    report(initiative, "poor", POOR)
    request_waiver(owner, initiative, check="model.accuracy", reason="pilot", expires=in_days(9))
    assert run("CHURN") == 1
