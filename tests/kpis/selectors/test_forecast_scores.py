"""How forecasts did, by the database: what the definition in plain Python says of the same rows, with one row read."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import Forecast
from kpis.scoring.forecast.calibration import KeptForecast, calibration
from kpis.selectors.forecast_scores import forecast_scores
from projects.models import Initiative
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 29)


def kept_ones(initiatives: list[Initiative], seed: int, n: int = 120) -> list[Forecast]:
    """Return forecasts of every fate around today, some of them without dates."""
    draw = random.Random(seed)

    def some(day: date, share: float) -> date | None:
        return day + timedelta(days=draw.randrange(0, 60)) if draw.random() < share else None

    rows = []
    for number in range(n):
        made = TODAY - timedelta(days=draw.randrange(0, 90))
        p50, p85 = (made + timedelta(days=draw.randrange(*ends)) for ends in ((0, 20), (20, 60)))
        dated = draw.random() < 0.9
        reached = some(made, 0.6)
        rows.append(
            Forecast(
                initiative=draw.choice(initiatives),
                made_at=timezone.now(),
                as_of=made,
                p50=p50 if dated else None,
                p85=p85 if dated else None,
                mass50=0.5 + draw.random() / 5 if dated else None,
                mass85=0.85 + draw.random() / 10 if dated else None,
                reason="" if dated else "no credible date",
                target_date=some(made, 0.7),
                reached_on=reached,
                cancelled_on=None if reached else some(made, 0.3),
                document={"parts": []},
                digest=str(number),
            )
        )
    return Forecast.objects.bulk_create(rows)


def defined(rows: list[Forecast], today: date) -> Any:
    """Return what the definition says of rows."""
    return calibration(
        [
            KeptForecast(
                each.initiative.key,
                *(each.as_of, each.p50, each.p85, each.mass50 or 0.5, each.mass85 or 0.85),
                *(each.target_date, each.reached_on, each.cancelled_on),
            )
            for each in rows
        ],
        today,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_the_definition(seed: int) -> None:
    owner = make_workspace()
    rows = kept_ones([make_initiative(owner, f"AN{number}") for number in range(5)], seed)
    other = make_workspace()
    kept_ones([make_initiative(other)], seed)
    for today in (TODAY - timedelta(days=80), TODAY, TODAY + timedelta(days=200)):
        found, wanted = (asdict(each) for each in (forecast_scores(owner.workspace, today), defined(rows, today)))
        for name in ("p50", "p85", "owner", "beside", "sharpness"):
            assert _flat(found.pop(name)) == pytest.approx(_flat(wanted.pop(name)))
        assert found == wanted


def _flat(score: dict[str, Any] | None) -> dict[str, Any]:
    """Return a score without levels; where there is none, and owners claim nothing, zeros."""
    told = {**(score or {}), **(score or {}).get("interval", {})}
    return {name: value or 0 for name, value in told.items() if name != "interval"}


def test_one_query_whatever_was_kept(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    assert forecast_scores(owner.workspace, TODAY).p50 is None
    kept_ones([make_initiative(owner)], 3)
    with django_assert_num_queries(1):
        assert forecast_scores(owner.workspace, TODAY).kept == 120
