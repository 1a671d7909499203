"""What waits to be judged is said alike by API, portfolio and filter, and is judged first on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from django.db.models.functions import Now

from kpis.models import ReadinessSnapshot
from kpis.scoring.filters import parse_filters
from kpis.selectors.pending import waits
from kpis.selectors.portfolio import portfolio, portfolio_initiatives, portfolio_rows
from kpis.selectors.snapshots import readiness_document, readiness_of
from kpis.services.snapshots import MOST_ATTEMPTS, judge_initiative, judge_pending
from projects.models import Initiative, JudgeDue
from projects.services.due import note_due
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


def change_at(initiative: Initiative, seconds: float | None) -> None:
    """Let the newest judgement change so many seconds from now, by the database's clock; None is never."""
    at = None if seconds is None else Now() + timedelta(seconds=seconds)
    ReadinessSnapshot.objects.filter(initiative=initiative).update(changes_at=at)


def never_judged(initiative: Initiative) -> None:
    JudgeDue.objects.all().delete()


def noted(initiative: Initiative) -> None:
    note_due([initiative.pk], "run")


def lapsed(initiative: Initiative) -> None:
    change_at(initiative, -0.001)


def lapsed_and_noted(initiative: Initiative) -> None:
    lapsed(initiative)
    noted(initiative)


def to_change(initiative: Initiative) -> None:
    change_at(initiative, 60)


def for_good(initiative: Initiative) -> None:
    change_at(initiative, None)


CASES: Final[list[tuple[Callable[[Initiative], None], bool]]] = [
    (never_judged, True),
    (noted, True),
    (lapsed, True),
    (lapsed_and_noted, True),
    (to_change, False),
    (for_good, False),
]


@pytest.mark.parametrize(("put", "expected"), CASES, ids=[put.__name__ for put, _ in CASES])
def test_all_say_the_same(put: Callable[[Initiative], None], expected: bool) -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    if put is not never_judged:
        judge_initiative(initiative.pk)
    put(initiative)
    assert readiness_of(owner, "CHURN")["pending"] is expected
    assert readiness_document(initiative)["pending"] is expected
    assert [row.pending for row in portfolio(owner).rows] == [expected]
    assert [row.pending for row in portfolio_rows(list(portfolio_initiatives(owner, parse_filters(""))))] == [expected]
    assert [row.pending for row in portfolio(owner, "is:pending").rows] == [True] * expected
    assert [row.pending for row in portfolio(owner, "-is:pending").rows] == [False] * (not expected)
    judge_pending(initiative)
    assert not Initiative.objects.filter(waits()).exists()
    assert readiness_of(owner, "CHURN")["pending"] is False


def test_an_older_judgement_that_time_would_change_says_nothing() -> None:
    initiative = make_initiative(make_workspace())
    judge_initiative(initiative.pk)
    ReadinessSnapshot.objects.filter(initiative=initiative).update(is_latest=False)
    lapsed(initiative)
    noted(initiative)
    judge_initiative(initiative.pk)
    assert ReadinessSnapshot.objects.count() == 2
    assert not Initiative.objects.filter(waits()).exists()


def test_what_nobody_can_judge_is_not_begun_anew_by_asking() -> None:
    initiative = make_initiative(make_workspace())
    judge_initiative(initiative.pk)
    lapsed_and_noted(initiative)
    JudgeDue.objects.update(attempts=MOST_ATTEMPTS)
    judge_pending(initiative)
    assert JudgeDue.objects.get().attempts == MOST_ATTEMPTS
    assert readiness_document(initiative)["pending"] is True
