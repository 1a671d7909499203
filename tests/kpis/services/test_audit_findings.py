"""Findings on evaluations in production: a bound that crosses opens one, a point does not. Counts follow by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.selectors.snapshots import readiness_document
from kpis.services.monitoring import judge_monitors
from kpis.services.snapshots import judge_initiative, judge_now
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative, ModelVersion, Run
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells
from projects.services.deployments import record_deployment
from projects.services.runs import record_runs
from tests.factories import make_initiative, make_workspace, run_record
from tests.kpis.evaluation_world import measured
from tests.kpis.world import COMMIT, check_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def churn() -> Initiative:
    owner: Principal = make_workspace()
    initiative = make_initiative(owner, criticality="critical", stage="production")
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9, threshold=0.5)
    return initiative


def told(
    initiative: Initiative, name: str, right: int, hours: float, run: str = "", version: str = ""
) -> list[Finding]:
    """Record an evaluation of 1,000 cases in production, judge, and return what is open of them."""
    tally = tally_cells([Cell(Stratum(), 9000, right, 1000 - right)])
    at = timezone.now() - timedelta(hours=hours)
    about = {"run": run, "model_version": version}
    measured(initiative, name, tally=tally, purpose="production", at=at, dataset=None, **about)
    judge_initiative(initiative.pk)
    return list(Finding.objects.filter(closed_at=None, kind="evaluation"))


def live(initiative: Initiative, version: str, commit: str = "") -> None:
    """Bring a version live, made by a run of its own where a commit is given, and judge."""
    if commit:
        tags = {"mlflow.source.git.commit": commit}
        record_runs(initiative, [run_record(f"run {version}", tags=tags)], replace=True)
    who = Principal(initiative.workspace, "manager")
    record_deployment(who, initiative, environment="production", version=version, commit=commit)
    judge_initiative(initiative.pk)


def audited(initiative: Initiative) -> str:
    return str(check_of(readiness_document(initiative), "operations.audited")["result"])


def test_a_bound_opens_it_nobody_can_tell_keeps_it_and_a_bound_closes_it(churn: Initiative) -> None:
    judge_now(churn.pk)
    before = timezone.now()
    assert audited(churn) == "missing"
    assert told(churn, "april", 895, 9) == []  # the point is below 0.9, its upper bound 0.9105 is not
    assert audited(churn) == "pass"
    (found,) = told(churn, "may", 880, 8)  # the upper bound is 0.8966
    assert (found.kind, found.name, found.severity, found.cause) == (
        *("evaluation", "accuracy", "critical"),
        "evaluation:CHURN:accuracy",
    )
    assert found.words.startswith("accuracy in production, by Model may: 95 % bounds of accuracy: 0.8617 to 0.8966")
    assert found.evidence["n"] == 1000 and found.evidence["high"] == pytest.approx(0.89656, abs=5e-6)
    assert audited(churn) == "fail"
    broken = timezone.now()
    assert [each.pk for each in told(churn, "june", 895, 7)] == [found.pk]
    assert told(churn, "july", 930, 6) == []
    found.refresh_from_db()
    assert found.closing_words == "accuracy is within its threshold again."
    assert audited(churn) == "pass"
    for at, result in ((before, "missing"), (broken, "fail")):
        assert check_of(readiness_document(churn, at), "operations.audited")["result"] == result


def test_an_older_evaluation_that_comes_late_changes_nothing(churn: Initiative) -> None:
    assert told(churn, "may", 930, 1) == []
    assert told(churn, "late", 800, 9) == []


def test_only_what_is_live_is_judged(churn: Initiative) -> None:
    live(churn, "1", COMMIT)
    (found,) = told(churn, "first", 800, 9, run="run 1")
    assert audited(churn) == "fail"
    live(churn, "2", "f" * 40)
    found.refresh_from_db()
    assert found.closing_words == "Nothing is measured in production of what is live now."
    assert told(churn, "late", 790, 2, run="run 1") == []
    assert audited(churn) == "missing"
    assert told(churn, "well", 930, 1, run="run 1") == []
    assert audited(churn) == "missing", "that version 1 does well says nothing of version 2"
    assert told(churn, "nobody's", 800, 0.5) == [] and audited(churn) == "missing"
    (found,) = told(churn, "second", 800, 3, run="run 2")
    assert found.words.startswith("accuracy in production, by Model second") and audited(churn) == "fail"
    assert told(churn, "second again", 930, 0.2, run="run 2") == [] and audited(churn) == "pass"


def test_a_version_is_known_by_its_number_and_by_its_run(churn: Initiative) -> None:
    record_runs(churn, [run_record("registered"), run_record("other")], replace=True)
    for number, run in (("1", "other"), ("2", "registered")):
        made = Run.objects.get(external_id=run)
        ModelVersion.objects.create(pushed_to=churn, workspace=churn.workspace, name="m", version=number, run=made)
    live(churn, "2")
    assert told(churn, "of 1", 800, 1, version="m/1") == [] and audited(churn) == "missing"
    assert len(told(churn, "of 2", 800, 9, version="m/2")) == 1
    assert told(churn, "of its run", 930, 8, run="registered") == [] and audited(churn) == "pass"


@pytest.mark.parametrize("version", ["", "7"])
def test_while_nobody_knows_what_is_live_the_newest_counts(churn: Initiative, version: str) -> None:
    if version:
        live(churn, version)
    assert len(told(churn, "may", 800, 2)) == 1 and audited(churn) == "fail"


def test_a_finding_says_what_is_wrong_now(churn: Initiative) -> None:
    (may,) = told(churn, "may", 880, 8)
    (august,) = told(churn, "august", 700, 1)
    assert (august.pk, august.opened_at) == (may.pk, may.opened_at) and august.last_seen_at > may.last_seen_at
    assert august.words.startswith("accuracy in production, by Model august: 95 % bounds of accuracy: 0.675")
    assert (august.evidence["observed"], may.evidence["observed"]) == (0.7, 0.88)
    reason = check_of(readiness_document(churn), "operations.audited")["reason"]
    assert reason == august.words


def test_a_test_evaluation_opens_nothing(churn: Initiative) -> None:
    measured(churn, "test", tally=tally_cells([Cell(Stratum(), 9000, 800, 200)]))
    assert judge_monitors(churn.pk) is None
    assert not Finding.objects.exists()


def test_judging_takes_a_fixed_number_of_queries(churn: Initiative) -> None:
    counts = []
    live(churn, "1", COMMIT)
    for size in (1, 6):
        for number in range(size):
            told(churn, f"of {size} {number}", 930, 20 - size - number, run="run 1")
        with CaptureQueriesContext(connection) as queries:
            judge_monitors(churn.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
