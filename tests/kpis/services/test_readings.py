"""A KPI's history: what is accepted, what is refused by name, and that nothing is half-written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from kpis.models import KPI, Reading
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from kpis.services.reading_input import ReadingRecord, day_start, parse_csv, read_columns
from kpis.services.readings import Counts, record_csv, record_readings
from mltrack.accounts.access import system_principal
from mltrack.accounts.models import AuditEvent
from mltrack.days import at_zone
from projects.models import JudgeDue
from tests.factories import make_initiative, make_workspace

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
DAY = "2026-06-01T00:00:00Z"


@pytest.fixture
def kpi(db: None) -> KPI:
    return create_kpi(make_workspace(), name="Churn rate", zone="Europe/Berlin")


def naive(*parts: int) -> datetime:
    """Return a local time without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type]


def stored(kpi: KPI) -> list[tuple[str, str, float]]:
    rows = Reading.objects.filter(kpi=kpi).order_by("segment", "time")
    return [(row.segment, row.time.isoformat(), row.value) for row in rows]


def test_an_upsert_by_segment_and_time(kpi: KPI) -> None:
    first = [{"time": DAY, "value": 1}, {"time": DAY, "value": 2, "segment": "EU"}]
    assert record_readings(kpi, first) == Counts(created=2)
    again = [{"time": DAY, "value": 1}, {"time": DAY, "value": 3, "segment": "EU"}, {"time": "2026-06-02", "value": 4}]
    assert record_readings(kpi, again) == Counts(created=1, updated=1, unchanged=1)
    assert stored(kpi) == [
        ("", "2026-06-01T00:00:00+00:00", 1.0),
        ("", "2026-06-01T22:00:00+00:00", 4.0),
        ("EU", "2026-06-01T00:00:00+00:00", 3.0),
    ]


def test_columns_and_records_do_the_same(kpi: KPI) -> None:
    record_readings(kpi, {"times": [DAY, "2026-06-02T00:00:00Z"], "values": [1.5, 2], "segments": ["a", "b"]})
    record_readings(kpi, [ReadingRecord(datetime(2026, 6, 1, tzinfo=UTC), 1.5, "a")])
    assert [row[2] for row in stored(kpi)] == [1.5, 2.0]


def test_the_last_of_a_repeated_time_counts(kpi: KPI) -> None:
    counts = record_readings(kpi, {"times": [DAY, DAY, DAY], "values": [1, 2, 3]})
    assert counts == Counts(created=1, repeated=2)
    assert stored(kpi)[0][2] == 3.0


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), True, None, "7", 10**400, -1e101],
    ids=["nan", "inf", "true", "null", "text", "huge", "large"],
)
def test_what_is_no_number_is_refused_by_row(kpi: KPI, value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        record_readings(kpi, [{"time": DAY, "value": 1}, {"time": "2026-06-02", "value": value}])
    assert list(error.value.message_dict) == ["readings/1/value"]
    assert stored(kpi) == []


@pytest.mark.parametrize(
    "time", ["yesterday", "", None, 5, "2026-02-30", "1969-12-31T00:00:00Z", "2200-01-02", "0001-01-01", "9999-12-31"]
)
def test_what_is_no_time_is_refused_by_row(kpi: KPI, time: Any) -> None:
    with pytest.raises(ValidationError) as error:
        record_readings(kpi, {"times": [DAY, time], "values": [1, 2]})
    assert list(error.value.message_dict) == ["times/1"]


@pytest.mark.parametrize(
    "readings, place",
    [
        ([], "readings"),
        (["a"], "readings/0"),
        ([{"time": DAY, "value": 1, "extra": 2}], "readings/0/extra"),
        ([{"time": DAY, "value": 1, "segment": "a\x00"}], "readings/0/segment"),
        ([{"time": DAY, "value": 1, "segment": 7}], "readings/0/segment"),
        ([{"time": DAY, "value": 1, "segment": "x" * 121}], "readings/0/segment"),
        ({"times": [DAY], "values": [1, 2]}, "values"),
        ({"times": "now", "values": [1]}, "times"),
        ({"times": [DAY], "values": [1], "more": []}, "more"),
        ({}, "times"),
        ([{"time": DAY, "value": 1}] * 10_001, "readings"),
    ],
)
def test_other_shapes_are_refused_by_name(kpi: KPI, readings: Any, place: str) -> None:
    with pytest.raises(ValidationError) as error:
        record_readings(kpi, readings)
    assert list(error.value.message_dict) == [place]


def test_ten_thousand_go_into_one_call_in_few_statements(kpi: KPI, django_assert_max_num_queries: Any) -> None:
    times = [datetime.fromtimestamp(1_700_000_000 + 60 * i, UTC) for i in range(10_000)]
    with django_assert_max_num_queries(7):
        counts = record_readings(kpi, {"times": times, "values": list(range(10_000))})
    assert counts == Counts(created=10_000)
    assert record_readings(kpi, {"times": times, "values": list(range(10_000))}) == Counts(unchanged=10_000)


def test_unchanged_readings_wake_nobody(kpi: KPI) -> None:
    owner = system_principal(kpi.workspace)
    initiative = make_initiative(owner)
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, {"times": [DAY], "values": [1]})
    JudgeDue.objects.all().delete()
    record_readings(kpi, {"times": [DAY], "values": [1]})
    assert not JudgeDue.objects.exists()
    record_readings(kpi, {"times": [DAY], "values": [2]})
    assert JudgeDue.objects.get().initiative == initiative


def test_a_call_by_a_person_leaves_one_event_with_counts(kpi: KPI) -> None:
    record_readings(kpi, {"times": [DAY], "values": [1]}, system_principal(kpi.workspace))
    event = AuditEvent.objects.get(object_kind="readings")
    assert (event.after["created"], event.object_key, len(event.after["digest"])) == (1, "churn-rate", 64)


def test_local_times_are_read_in_the_zone() -> None:
    assert at_zone(naive(2026, 1, 1, 12), BERLIN) == datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert at_zone(naive(2026, 7, 1, 12), BERLIN) == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_a_time_that_clocks_jump_over_is_refused() -> None:
    """On 2026-03-29 clocks in Berlin go from 02:00 to 03:00 (EU directive 2000/84/EC)."""
    assert at_zone(naive(2026, 3, 29, 2, 30), BERLIN) is None
    found = read_columns({"times": ["2026-03-29T02:30:00"], "values": [1]}, BERLIN)
    assert "jump" in found.errors["times/0"]


def test_of_two_equal_local_times_the_first_counts() -> None:
    assert at_zone(naive(2026, 10, 25, 2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_without_midnight_begins_later() -> None:
    """On 2018-11-04 clocks in São Paulo went from 00:00 to 01:00."""
    begin = day_start(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))
    assert begin == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01,5.5,EU\n2026-06-02,6,EU",
        "time,value,segment\n2026-06-01,5.5,EU\n2026-06-02,6,EU\n",
        "Date;Value;Segment\r\n2026-06-01;5,5;EU\r\n\r\n2026-06-02;6;EU\r\n",
        "value\ttime\tsegment\n5,5\t2026-06-01\tEU\n6\t2026-06-02\tEU",
        '2026-06-01,"5.5","EU"\n2026-06-02, 6 , EU ',
    ],
    ids=["plain", "header", "semicolon", "tab-reordered", "quoted"],
)
def test_pasted_lines(text: str) -> None:
    found = parse_csv(text, UTC_ZONE)
    assert found.errors == {}
    assert [(row.time.day, row.value, row.segment) for row in found.readings] == [(1, 5.5, "EU"), (2, 6.0, "EU")]


@pytest.mark.parametrize(
    "text, line",
    [
        ("2026-06-01,1\nnever,2", "line 2"),
        ("2026-06-01,1\n\n2026-06-02,NaN", "line 3"),
        ("2026-06-01,inf", "line 1"),
        ("2026-06-01,1_000", "line 1"),
        ("2026-06-01,１２", "line 1"),
        ("2026-06-01,1,a,b", "line 1"),
        ("2026-06-01;1.234,5", "line 1"),
        ("2026-06-01", "line 1"),
        ('2026-06-01,1\n2026-06-02,"2', "line 2"),
        ("2026-06-01,1," + "x" * 200_000, "line 1"),
    ],
)
def test_wrong_lines_are_named_and_nothing_is_written(kpi: KPI, text: str, line: str) -> None:
    with pytest.raises(ValidationError) as error:
        record_csv(kpi, text)
    assert list(error.value.message_dict) == [line]
    assert stored(kpi) == []


def test_a_flood_of_errors_is_cut() -> None:
    assert len(parse_csv("x,y\n" * 1000, UTC_ZONE).errors) == 50
