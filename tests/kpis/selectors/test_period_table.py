"""Periods that PostgreSQL cuts are those of the calendar, by named zones; each page in a fixed number of queries."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, Reading
from kpis.scoring.calendar.buckets import AGGREGATIONS, buckets
from kpis.scoring.calendar.units import UNITS, Rules, Unit
from kpis.selectors.period_table import period_rows, segment_lines, values_by
from kpis.selectors.periods import period_values
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.services.workspaces import set_calendar
from mltrack.cells import Cell
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia")


@pytest.fixture
def owner() -> Principal:
    owner = make_workspace()
    workspace = set_calendar(owner, first_weekday=6, fiscal_month=4)
    owner.workspace.first_weekday, owner.workspace.fiscal_month = workspace.first_weekday, workspace.fiscal_month
    return owner


def made(owner: Principal, **fields: Any) -> KPI:
    return create_kpi(owner, **{"name": "Churn", "period": "week", "aggregation": "sum", **fields})


def scattered(seed: int = 3) -> list[tuple[datetime, float]]:
    """Return moments around clock changes, ends of years and of fiscal years, and any others."""
    source = random.Random(seed)
    edges = ("2011-12-30", "2026-03-08", "2026-03-29", "2026-04-01", "2026-10-25", "2026-11-01", "2027-01-01")
    starts = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in edges]
    near = [start + timedelta(minutes=source.randrange(-2160, 2160)) for start in starts for _ in range(12)]
    return [(moment, float(source.randrange(100))) for moment in sorted(set(near))]


@pytest.mark.parametrize("zone", ZONES)
def test_the_database_cuts_periods_as_the_calendar_does(owner: Principal, zone: str) -> None:
    kpi, readings = made(owner, zone=zone), scattered()
    record_readings(kpi, {"times": [each for each, _ in readings], "values": [value for _, value in readings]})
    for unit in UNITS:
        pure = [each for each in buckets(readings, unit, zone, "sum", Rules(6, 4)) if each.n]
        found = values_by(kpi, unit)[""]
        assert [(each.start, each.value, each.time, each.n) for each in found] == [
            (each.start, each.value, each.time, each.n) for each in pure
        ]


def test_the_list_counts_weeks_from_sunday_as_well(owner: Principal) -> None:
    kpi, readings = made(owner, zone="America/New_York"), scattered(4)
    record_readings(kpi, {"times": [each for each, _ in readings], "values": [value for _, value in readings]})
    pure = [each for each in buckets(readings, "week", kpi.zone, "sum", Rules(6)) if each.n]
    found = period_values([kpi.pk], 3_000)[kpi.pk]
    assert [(each.start, each.value) for each in found] == [(each.start, each.value) for each in pure]
    assert {each.start.weekday() for each in found} == {6}
    few = period_values([kpi.pk], 2)[kpi.pk]
    assert few == [each for each in found if each.start >= found[-1].start - timedelta(days=7)]


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_every_aggregation_is_the_same_in_both(owner: Principal, aggregation: str) -> None:
    kpi, readings = made(owner, aggregation=aggregation), scattered(5)
    record_readings(kpi, {"times": [each for each, _ in readings], "values": [value for _, value in readings]})
    pure = [each.value for each in buckets(readings, "quarter", "UTC", aggregation) if each.n]
    assert [each.value for each in values_by(kpi, "quarter")[""]] == pytest.approx(pure)


def test_segments_are_small_multiples_of_the_same_periods(
    owner: Principal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kpi = made(owner, aggregation="last", zone="UTC")
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    rows = [("EU", 0, 5.0), ("EU", 2, 3.0), ("US", 1, 9.0), ("US", 90, 1.0)]
    Reading.objects.bulk_create(
        Reading(workspace=owner.workspace, kpi=kpi, segment=name, time=now - timedelta(weeks=weeks), value=value)
        for name, weeks, value in rows
    )
    with django_assert_num_queries(1):
        eu, us, none = segment_lines(kpi, ["EU", "US", "XX"], 4, now)
    assert eu.spark == (None, 3.0, None, 5.0)
    assert (eu.value, eu.before, eu.start) == (5.0, 3.0, date(2026, 11, 22))
    assert us.spark == (None, None, 9.0, None)
    assert (us.value, us.before) == (9.0, None)
    assert none.spark == (None, None, None, None)
    assert none.value is None


@pytest.mark.parametrize(
    ("unit", "rows"),
    [
        ("month", [(date(2026, 1, 1), "January 2026", 3.0, 2), (date(2026, 2, 1), "February 2026", None, 0)]),
        ("fiscal_year", [(date(2025, 4, 1), "FY 2025/26", 3.0, 2), (date(2026, 4, 1), "FY 2026/27", 4.0, 1)]),
    ],
)
def test_rows_of_the_file_name_periods_and_leave_gaps_empty(
    owner: Principal, unit: Unit, rows: list[tuple[Cell, ...]]
) -> None:
    kpi = made(owner)
    record_readings(kpi, {"times": ["2026-01-05", "2026-01-20", "2026-04-02"], "values": [1, 2, 4]})
    assert [row[1:] for row in period_rows(kpi, unit)][:2] == rows


def test_no_reading_is_no_row(owner: Principal) -> None:
    assert list(period_rows(made(owner), "day")) == []
    assert segment_lines(made(owner, name="Other"), [], 4, timezone.now()) == []
