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
from projects.models import Finding, Initiative
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells
from tests.factories import make_initiative, make_workspace
from tests.kpis.evaluation_world import measured
from tests.kpis.world import check_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def churn() -> Initiative:
    owner: Principal = make_workspace()
    initiative = make_initiative(owner, criticality="critical", stage="production")
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9, threshold=0.5)
    return initiative


def told(initiative: Initiative, name: str, right: int, hours: float) -> list[Finding]:
    """Record an evaluation of 1,000 cases in production, judge, and return the open findings."""
    tally = tally_cells([Cell(Stratum(), 9000, right, 1000 - right)])
    at = timezone.now() - timedelta(hours=hours)
    measured(initiative, name, tally=tally, purpose="production", at=at, dataset=None)
    judge_initiative(initiative.pk)
    return list(Finding.objects.filter(closed_at=None))


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


def test_a_test_evaluation_opens_nothing(churn: Initiative) -> None:
    measured(churn, "test", tally=tally_cells([Cell(Stratum(), 9000, 800, 200)]))
    assert judge_monitors(churn.pk) is None
    assert not Finding.objects.exists()


def test_judging_takes_a_fixed_number_of_queries(churn: Initiative) -> None:
    counts = []
    for size in (1, 6):
        for number in range(size):
            told(churn, f"of {size} {number}", 930, 20 - size - number)
        with CaptureQueriesContext(connection) as queries:
            judge_monitors(churn.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
