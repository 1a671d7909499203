"""Which judgements go and which stay: the verdict at any moment is what it was."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from kpis.models import Forecast, GateDecision, ReadinessSnapshot
from kpis.selectors.snapshots import snapshot_at
from kpis.services.retention import drop_old_forecasts, drop_old_snapshots
from kpis.tasks import tidy
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db

WORDS = {"r": "ready", "n": "not_ready", "u": "unknown"}


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def judged(initiative: Initiative, verdict: str, days: float, *, latest: bool = False) -> ReadinessSnapshot:
    return ReadinessSnapshot.objects.create(
        workspace=initiative.workspace,
        initiative=initiative,
        at=ago(days),
        confirmed_at=ago(days),
        verdict=WORDS[verdict],
        health="no_data",
        score=0.5,
        policy_version="1",
        document={},
        digest="x",
        is_latest=latest,
    )


def decided(initiative: Initiative, days: float) -> None:
    GateDecision.objects.create(
        workspace=initiative.workspace, initiative=initiative, at=ago(days), verdict="ready", document={}
    )


def history(initiative: Initiative, story: list[tuple[str, float]]) -> list[int]:
    last = len(story) - 1
    return [judged(initiative, word, days, latest=i == last).pk for i, (word, days) in enumerate(story)]


@pytest.mark.parametrize(
    ("story", "gates", "kept"),
    [
        # verdict and age in days, oldest first; ages of gate decisions; which of the story stay
        ([("r", 900)], [], [0]),
        ([("r", 900), ("r", 800)], [], [0, 1]),
        ([("r", 900), ("r", 800), ("r", 700)], [], [0, 2]),
        ([("r", 900), ("r", 800), ("r", 700), ("r", 600), ("r", 500)], [], [0, 4]),
        ([("r", 900), ("n", 800), ("r", 700), ("u", 600), ("r", 500)], [], [0, 1, 2, 3, 4]),
        ([("r", 900), ("n", 800), ("n", 700), ("n", 600), ("r", 500)], [], [0, 1, 4]),
        ([("r", 900), ("r", 300), ("r", 200), ("r", 100)], [], [0, 1, 2, 3]),
        ([("r", 900), ("r", 800), ("r", 300), ("r", 100)], [], [0, 1, 2, 3]),  # the second stood until day 300
        ([("r", 900), ("r", 800), ("r", 400), ("r", 100)], [], [0, 2, 3]),
        ([("r", 900), ("r", 800), ("r", 700), ("r", 600)], [750], [0, 1, 3]),
        ([("r", 900), ("r", 800), ("r", 700), ("r", 600)], [650, 10], [0, 2, 3]),
        ([("r", 900), ("r", 800), ("r", 700), ("r", 600)], [950, 850], [0, 3]),
    ],
)
def test_what_stays(
    initiative: Initiative, story: list[tuple[str, float]], gates: list[float], kept: list[int]
) -> None:
    ids = history(initiative, story)
    for days in gates:
        decided(initiative, days)
    gone = drop_old_snapshots()
    left = set(ReadinessSnapshot.objects.values_list("pk", flat=True))
    assert [position for position, pk in enumerate(ids) if pk in left] == kept
    assert gone == len(story) - len(kept)
    assert drop_old_snapshots() == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_verdict_at_any_moment_stays(initiative: Initiative, seed: int) -> None:
    chosen = random.Random(seed)
    ages = sorted((chosen.uniform(1, 900) for _ in range(40)), reverse=True)
    history(initiative, [(chosen.choice("rnu"), age) for age in ages])
    gates = [ago(chosen.uniform(1, 900)) for _ in range(5)]
    for at in gates:
        GateDecision.objects.create(
            workspace=initiative.workspace, initiative=initiative, at=at, verdict="ready", document={}
        )
    moments = [ago(chosen.uniform(0, 950)) for _ in range(100)]

    def verdicts() -> list[str]:
        return [found.verdict if (found := snapshot_at(initiative, at)) else "" for at in moments]

    def cited() -> list[int | None]:
        return [found.pk if (found := snapshot_at(initiative, at)) else None for at in gates]

    def recent() -> set[int]:
        return {found.pk for at in moments if at > ago(365) and (found := snapshot_at(initiative, at))}

    before = verdicts(), cited(), recent()
    assert drop_old_snapshots() > 0
    assert (verdicts(), cited(), recent()) == before


def test_initiatives_do_not_share_their_story(initiative: Initiative) -> None:
    other = make_initiative(make_workspace())
    history(initiative, [("r", 900), ("r", 700)])
    history(other, [("r", 850), ("r", 800), ("r", 600)])
    decided(initiative, 750)
    assert drop_old_snapshots() == 1
    assert ReadinessSnapshot.objects.filter(initiative=initiative).count() == 2


def test_zero_days_keep_everything(initiative: Initiative, settings: Settings) -> None:
    settings.MLTRACK_KEEP_SNAPSHOT_DAYS = settings.MLTRACK_KEEP_ATTEMPT_DAYS = 0
    history(initiative, [("r", 9000), ("r", 8000), ("r", 7000)])
    tidy()
    assert ReadinessSnapshot.objects.count() == 3


def test_a_run_has_a_bound(initiative: Initiative) -> None:
    history(initiative, [("r", 900 - day) for day in range(10)])
    assert drop_old_snapshots(most=3) == 3
    assert drop_old_snapshots() == 5


def test_the_audit_trail_and_the_decisions_stay(initiative: Initiative) -> None:
    history(initiative, [("r", 9000), ("r", 8000), ("r", 7000)])
    decided(initiative, 9500)
    AuditEvent.objects.update(at=ago(9000))
    events = AuditEvent.objects.count()
    tidy()
    assert ReadinessSnapshot.objects.count() == 2
    assert (AuditEvent.objects.count(), GateDecision.objects.count()) == (events, 1)
    assert events > 0


def forecast(initiative: Initiative, days: float, day: int) -> int:
    """Keep a forecast that was made so many days ago, as of a day so many days ago."""
    as_of = ago(day).date()
    row = Forecast(initiative=initiative, made_at=ago(days), as_of=as_of, reason="none", document={}, digest="x")
    row.save()
    return row.pk


def test_of_old_days_the_last_forecast_stays(initiative: Initiative, settings: Settings) -> None:
    other = make_initiative(make_workspace())
    forecast(initiative, 100, 100)
    stays = [
        forecast(other, 100, 100),
        forecast(initiative, 99.9, 100),
        forecast(initiative, 99, 99),
        forecast(initiative, 2.5, 3),
        forecast(initiative, 2.4, 3),
    ]
    settings.MLTRACK_KEEP_FORECAST_DAYS = 0
    assert drop_old_forecasts() == 0
    settings.MLTRACK_KEEP_FORECAST_DAYS = 90
    tidy()
    assert sorted(Forecast.objects.values_list("pk", flat=True)) == sorted(stays)
    assert drop_old_forecasts() == 0
