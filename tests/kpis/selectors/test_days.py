"""Days of 23 and 25 hours, and days without a midnight: every hourly reading falls into its own day, once.

The moments are those of the IANA time zone database.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kpis.selectors.periods import period_values
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Beirut", date(2026, 3, 29), 23),
        ("America/Havana", date(2026, 3, 8), 23),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_each_reading_is_in_its_day(zone: str, day: date, hours: int, count: int) -> None:
    there, first = ZoneInfo(zone), datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=2)
    moments = [first + timedelta(minutes=30 + 60 * number) for number in range(24 * 4)]
    newest = [each for each in moments if each.astimezone(there).date() <= day]
    kpi = create_kpi(make_workspace(), name="Orders", zone=zone, aggregation="sum", period="day")
    record_readings(kpi, [{"time": each.isoformat(), "value": 1.0} for each in newest])
    expected = Counter(each.astimezone(there).date() for each in newest)
    assert expected[day] == hours
    found = period_values([kpi.pk], count)[kpi.pk]
    assert {each.start: each.value for each in found} == dict(sorted(expected.items())[-count:])
