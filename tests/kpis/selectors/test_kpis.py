"""Where a KPI stands: by period, in its zone, against its goal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import KPI
from kpis.selectors.kpis import kpi_detail, kpis_of, readings_of, standings
from kpis.selectors.periods import is_late, period_values, standing, with_gaps
from kpis.services.contributions import set_contribution
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from tests.factories import make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def filled(owner: Principal, times: list[Any], values: list[float], **fields: Any) -> KPI:
    kpi = create_kpi(owner, **{"name": "Churn", **fields})
    record_readings(kpi, {"times": times, "values": values})
    return kpi


@pytest.mark.parametrize("aggregation, value", [("last", 3.0), ("mean", 3.0), ("sum", 9.0), ("min", 1.0), ("max", 5.0)])
def test_a_period_is_aggregated_as_the_kpi_says(owner: Principal, aggregation: str, value: float) -> None:
    times = ["2026-01-05T08:00:00Z", "2026-01-07T08:00:00Z", "2026-01-11T08:00:00Z"]
    kpi = filled(owner, times, [1.0, 5.0, 3.0], aggregation=aggregation)
    (week,) = period_values([kpi.pk])[kpi.pk]
    assert (week.start, week.value, week.n) == (date(2026, 1, 5), value, 3)


def test_periods_are_those_of_the_zone(owner: Principal) -> None:
    kpi = filled(owner, ["2026-01-04T23:30:00Z"], [1.0], zone="Europe/Berlin")
    assert period_values([kpi.pk])[kpi.pk][0].start == date(2026, 1, 5)
    other = filled(owner, ["2026-01-04T23:30:00Z"], [1.0])
    assert period_values([other.pk])[other.pk][0].start == date(2025, 12, 29)


@pytest.mark.parametrize(
    "period, starts",
    [
        ("day", [date(2026, 3, 29), date(2026, 3, 30)]),
        ("week", [date(2026, 3, 23), date(2026, 3, 30)]),
        ("month", [date(2026, 3, 1)]),
        ("quarter", [date(2026, 1, 1)]),
    ],
)
def test_each_period_begins_where_the_calendar_says(owner: Principal, period: str, starts: list[date]) -> None:
    kpi = filled(owner, ["2026-03-29T01:30:00Z", "2026-03-30T10:00:00Z"], [1, 2], period=period, zone="Europe/Berlin")
    assert [each.start for each in period_values([kpi.pk])[kpi.pk]] == starts


def test_only_the_last_periods_are_read(owner: Principal) -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    kpi = filled(owner, [start + timedelta(weeks=week) for week in range(40)], list(range(40)))
    assert [each.value for each in period_values([kpi.pk], 3)[kpi.pk]] == [37.0, 38.0, 39.0]
    assert len(period_values([kpi.pk])[kpi.pk]) == 26


def test_gaps_are_not_filled(owner: Principal) -> None:
    kpi = filled(owner, ["2026-01-05", "2026-01-26"], [1, 4])
    assert with_gaps(kpi, period_values([kpi.pk])[kpi.pk]) == [1.0, None, None, 4.0]
    months = filled(owner, ["2025-11-05", "2026-02-26"], [1, 4], period="month")
    assert with_gaps(months, period_values([months.pk])[months.pk]) == [1.0, None, None, 4.0]


def test_the_sum_of_a_running_period_does_not_count_yet(owner: Principal) -> None:
    kpi = filled(owner, ["2026-01-05", "2026-01-06", "2026-01-12"], [10, 10, 1], aggregation="sum")
    values = period_values([kpi.pk])[kpi.pk]
    during, after = datetime(2026, 1, 14, tzinfo=UTC), datetime(2026, 1, 19, tzinfo=UTC)
    assert [found.value for at in (during, after) if (found := standing(kpi, values, at))] == [20.0, 1.0]
    assert standing(kpi, [], after) is None


def test_a_reading_is_late_after_a_whole_period_without(owner: Principal) -> None:
    kpi = filled(owner, ["2026-01-05"], [1])
    values = period_values([kpi.pk])[kpi.pk]
    assert not is_late(kpi, values, datetime(2026, 1, 18, 23, tzinfo=UTC))
    assert is_late(kpi, values, datetime(2026, 1, 19, tzinfo=UTC))


def test_value_delta_attainment_and_pace(owner: Principal) -> None:
    now = timezone.now()
    goal = {"direction": "lower", "baseline": 12.0, "target": 8.0, "start": now.date() - timedelta(days=50)}
    times = [now - timedelta(weeks=2), now - timedelta(weeks=1), now]
    kpi = filled(owner, times, [12.0, 11.0, 10.0], due=now.date() + timedelta(days=50), **goal)
    found = kpi_detail(kpi).standing
    assert (found.value, found.before, found.delta, found.attainment) == (10.0, 11.0, -1.0, 0.5)
    assert found.pace is not None
    assert found.pace.expected == pytest.approx(0.5, abs=0.02)
    assert found.spark == (12.0, 11.0, 10.0)


def test_a_kpi_without_readings_claims_nothing(owner: Principal) -> None:
    found = kpi_detail(create_kpi(owner, name="Churn", baseline=1.0, target=2.0)).standing
    assert (found.value, found.delta, found.attainment, found.late, found.spark) == (None, None, None, False, ())


def test_detail_shows_every_version_and_contribution(owner: Principal) -> None:
    kpi = filled(owner, ["2026-01-05"], [1.0], direction="lower", baseline=12.0, target=8.0)
    record_readings(kpi, [{"time": "2026-01-05", "value": 2, "segment": "EU"}])
    edit_kpi(owner, kpi, {"target": 9.0}, reason="less")
    for key in ("B", "A"):
        set_contribution(owner, make_initiative(owner, key), kpi, expected=-1.0)
    found = kpi_detail(kpi)
    assert [goal.state for goal in found.goals] == ["active", "proposed"]
    assert found.standing.waiting == found.goals[1]
    assert [tie.initiative.key for tie in found.contributions] == ["A", "B"]
    assert found.segments == ("EU",)
    assert readings_of(kpi).count() == 2
    assert readings_of(kpi, "EU").get().value == 2.0


def test_lists_are_of_one_workspace(owner: Principal) -> None:
    kept, gone = create_kpi(owner, name="Kept"), create_kpi(owner, name="Gone")
    archive_kpi(owner, gone)
    create_kpi(make_stranger(), name="Theirs")
    assert list(kpis_of(owner)) == [kept]
    assert list(kpis_of(owner, archived=True)) == [gone]


def test_queries_do_not_grow(owner: Principal) -> None:
    counts = []
    for size in (2, 20):
        for number in range(size):
            kpi = filled(
                owner, [f"2026-01-{day:02}" for day in range(1, size + 1)], list(range(size)), name=f"K{number}"
            )
            set_contribution(owner, make_initiative(owner, f"I{size}-{number}"), kpi)
        with CaptureQueriesContext(connection) as queries:
            standings(list(kpis_of(owner)))
            kpi_detail(kpi)
        counts.append(len(queries))
    assert counts == [7, 7]
