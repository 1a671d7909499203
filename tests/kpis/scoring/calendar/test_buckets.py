"""Readings by period. Expected numbers are worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kpis.scoring.calendar.buckets import buckets
from kpis.scoring.calendar.units import SUNDAY, Rules

HOURLY = [(datetime(2026, 3, 28, 0, tzinfo=UTC) + timedelta(hours=hour), 1.0) for hour in range(72)]


def test_a_day_of_23_hours_adds_23_hourly_readings() -> None:
    found = {each.start: each.value for each in buckets(HOURLY, "day", "Europe/Berlin", "sum")}
    assert found[date(2026, 3, 29)] == 23
    assert found[date(2026, 3, 30)] == 24


def test_a_day_of_25_hours_adds_25_hourly_readings() -> None:
    hourly = [(datetime(2026, 10, 31, tzinfo=UTC) + timedelta(hours=hour), 1.0) for hour in range(72)]
    found = {each.start: each.value for each in buckets(hourly, "day", "America/New_York", "sum")}
    assert found[date(2026, 11, 1)] == 25


@pytest.mark.parametrize(
    ("aggregation", "value"), [("last", 2.0), ("mean", 3.0), ("sum", 9.0), ("min", 2.0), ("max", 4.0)]
)
def test_a_period_is_aggregated_in_order_of_time(aggregation: str, value: float) -> None:
    day = datetime(2026, 11, 2, tzinfo=UTC)
    readings = [(day + timedelta(hours=hour), each) for hour, each in ((5, 2.0), (1, 3.0), (3, 4.0))]
    (found,) = buckets(readings, "day", "UTC", aggregation)
    assert (found.value, found.n, found.time) == (value, 3, day + timedelta(hours=5))


def test_a_period_without_a_reading_is_a_gap() -> None:
    readings = [(datetime(2026, 11, 1, tzinfo=UTC), 5.0), (datetime(2026, 11, 15, tzinfo=UTC), 6.0)]
    found = buckets(readings, "week", "UTC", "last", Rules(first_weekday=SUNDAY))
    assert [(each.start.day, each.value, each.n) for each in found] == [(1, 5.0, 1), (8, None, 0), (15, 6.0, 1)]


def test_no_reading_is_no_period() -> None:
    assert buckets([], "month", "UTC", "mean") == []


def test_another_aggregation_is_refused() -> None:
    with pytest.raises(KeyError):
        buckets(HOURLY, "day", "UTC", "median")
