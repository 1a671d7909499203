"""Whole columns are read as one by one, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.services.reading_columns import ReadingColumns, columns_of, quick_columns, quick_rows
from kpis.services.reading_input import ReadingInput, ReadingRecord, read_columns, read_rows
from mltrack.copying import FIRST_MOMENT

ZONE = ZoneInfo("Europe/Berlin")
DAY, NEXT = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00+00:00"

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1969, 12, 30), datetime(2200, 1, 3), timezones=zones)  # noqa: DTZ001
near = st.integers(0, 5).map(lambda hours: datetime(2026, 6, 1, hours, tzinfo=UTC))
aware = (near | moments).map(datetime.isoformat)
times = st.one_of(
    aware,
    aware,
    st.sampled_from(["2026-06-01T00Z", "20260601T010000,5Z", " 2026-06-01T02:00:00Z", "2026-W23-1T00:00Z", DAY]),
    st.sampled_from(["2026-06-01", "2026-06-01T00:00:00", "2026-03-29T02:30:00", "", "now", None, 7, True]),
)
numbers = st.one_of(
    st.floats(-1e100, 1e100),
    st.integers(-(2**60), 2**60),
    st.sampled_from([True, None, "1", float("nan"), float("inf"), 1e101, 10**400, -0.0]),
)
segments: st.SearchStrategy[Any] = st.sampled_from(
    ["", "eu", "eu", "us", "☂", "a\\b", "x" * 120, "x" * 121, "a\n", "\ud800", None, 0, False, []]
)
plain = st.tuples(aware, st.floats(-1e9, 1e9), st.sampled_from(["", "eu", "us"]))
odd = st.tuples(times, numbers, segments)
batches = st.lists(plain, max_size=12) | st.lists(plain | odd, max_size=6)


def agrees(quick: ReadingColumns | None, slow: ReadingInput) -> None:
    if quick is not None:
        assert slow.errors == {}
        assert columns_of(slow.readings) == quick
        assert columns_of(slow.readings).digest() == quick.digest()


@given(batches, st.booleans())
def test_columns_agree_with_a_look_at_each(rows: list[tuple[Any, Any, Any]], with_segments: bool) -> None:
    columns: dict[str, Any] = {"times": [row[0] for row in rows], "values": [row[1] for row in rows]}
    if with_segments:
        columns["segments"] = [row[2] for row in rows]
    agrees(quick_columns(columns), read_columns(columns, ZONE))


@given(batches, st.sampled_from([None, "more", "segment"]))
def test_rows_agree_with_a_look_at_each(rows: list[tuple[Any, Any, Any]], odd_key: str | None) -> None:
    bodies: list[Any] = [{"time": time, "value": value, "segment": segment} for time, value, segment in rows]
    if odd_key and bodies:
        bodies[-1] = {**bodies[-1], "more": 1} if odd_key == "more" else {"time": DAY, "value": 1}
    agrees(quick_rows(bodies), read_rows(bodies, ZONE))


@given(st.lists(st.tuples(near, st.integers(0, 3), st.sampled_from(["", "eu"])), min_size=1))
def test_what_is_plain_is_read_whole_and_the_last_counts(rows: list[tuple[datetime, int, str]]) -> None:
    found = quick_rows([{"time": time.isoformat(), "value": value, "segment": name} for time, value, name in rows])
    assert found is not None
    last = {(name, time): value for time, value, name in rows}
    names = list(found.segments) if found.segment is None else [found.segment] * len(found.times)
    stored = [(name, FIRST_MOMENT + timedelta(microseconds=time)) for name, time in zip(names, found.times)]
    assert stored == sorted(last)
    assert list(found.values) == [last[row] for row in stored]
    assert found.repeated == len(rows) - len(last)


@pytest.mark.parametrize(
    "columns",
    [
        {"times": ["2026-06-01"], "values": [1]},
        {"times": ["2026-06-01T00:00:00"], "values": [1]},
        {"times": [DAY, "2026-06-01T00:00:00"], "values": [1, 2]},
        {"times": [DAY], "values": [True]},
        {"times": [DAY], "values": [float("nan")]},
        {"times": [DAY], "values": [10**400]},
        {"times": [DAY], "values": [1.1e100]},
        {"times": [DAY], "values": [1, 2]},
        {"times": [DAY], "values": [1], "segments": [None]},
        {"times": [DAY], "values": [1], "segments": []},
        {"times": [DAY], "values": [1], "more": []},
        {"times": [], "values": []},
        {"times": DAY, "values": [1]},
        {},
    ],
)
def test_what_is_odd_is_left_to_a_look_at_each(columns: dict[str, Any]) -> None:
    assert quick_columns(columns) is None


@pytest.mark.parametrize(
    "rows", [[], None, "ab", [7], [{"time": DAY}], [{"value": 1}], [{"time": DAY, "value": 1, 3: 4}]]
)
def test_odd_rows_are_left_to_a_look_at_each(rows: Any) -> None:
    assert quick_rows(rows) is None


def test_a_digest_tells_readings_apart() -> None:
    one = ReadingRecord(datetime(2026, 6, 1, tzinfo=UTC), 1.0, "eu")
    others = [
        ReadingRecord(datetime(2026, 6, 2, tzinfo=UTC), 1.0, "eu"),
        ReadingRecord(one.time, 2.0, "eu"),
        ReadingRecord(one.time, 1.0, "us"),
    ]
    digests = {columns_of([each]).digest() for each in [one, *others]} | {columns_of([one, others[2]]).digest()}
    assert len(digests) == 5


def test_names_are_each_segment_once() -> None:
    columns = quick_columns({"times": [DAY, NEXT, DAY], "values": [1, 2, 3], "segments": ["b", "a", "a"]})
    assert columns is not None
    assert (columns.names, columns.segment, columns.repeated) == (["a", "b"], None, 0)
    assert list(columns.segments) == ["a", "a", "b"]


@given(st.lists(st.tuples(near, st.integers(0, 3), st.sampled_from(["", "eu"])), min_size=1), st.integers(-1, 6))
def test_a_split_keeps_all_in_order(rows: list[tuple[datetime, int, str]], hour: int) -> None:
    whole = columns_of([ReadingRecord(time, value, name) for time, value, name in rows])
    moment = ((datetime(2026, 6, 1, tzinfo=UTC) - FIRST_MOMENT) // timedelta(hours=1) + hour) * 3_600_000_000
    parts = [part for part in whole.split(moment) if part is not None]
    assert sorted(triple for part in parts for triple in triples(part)) == sorted(triples(whole))
    assert all(list(triples(part)) == sorted(triples(part)) and part.times for part in parts)
    early, late = whole.split(moment)
    assert early is None or max(early.times) <= moment
    assert late is None or min(late.times) > moment


def triples(columns: ReadingColumns) -> list[tuple[str, int, float]]:
    names = columns.segments if columns.segment is None else [columns.segment] * len(columns.times)
    return list(zip(names, columns.times, columns.values))
