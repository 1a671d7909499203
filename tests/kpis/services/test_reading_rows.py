"""Readings as rows: copied or upserted, the table ends the same."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.models import KPI, Reading
from kpis.services.kpis import create_kpi
from kpis.services.reading_rows import FEWEST_COPIED
from kpis.services.readings import Counts, record_readings
from mltrack.accounts.access import Principal
from tests.factories import make_workspace

FIRST = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
STEP = timedelta(seconds=59, microseconds=1)

batches = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([3, FEWEST_COPIED]), st.integers(0, 1), st.integers(0, 2)),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


def columns(start: int, size: int, salt: int = 0, segments: int = 0) -> dict[str, Any]:
    """Return readings a step apart, in so many segments or in the whole; the salt changes every third value."""
    numbers = range(start, start + size)
    found: dict[str, Any] = {
        "times": [(FIRST + number * STEP).isoformat() for number in numbers],
        "values": [number / 7 + (salt if number % 3 == 0 else 0) for number in numbers],
    }
    return found | ({"segments": [f"s\\{number % segments}☂" for number in numbers]} if segments else {})


def stored(kpi: KPI) -> dict[tuple[str, str], float]:
    return {(row.segment, row.time.isoformat()): row.value for row in Reading.objects.filter(kpi=kpi)}


def rows_of(body: dict[str, Any]) -> dict[tuple[str, str], float]:
    names = body.get("segments") or [""] * len(body["times"])
    return dict(zip(zip(names, body["times"]), body["values"]))


@given(calls=batches)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_order_of_calls_ends_as_the_last_word_on_each(owner: Principal, calls: list[Any]) -> None:
    kpi, expected = create_kpi(owner, name="Churn rate"), dict[tuple[str, str], float]()
    for call in calls:
        given_rows = rows_of(columns(*call))
        created = len(given_rows.keys() - expected.keys())
        updated = sum(key in expected and expected[key] != value for key, value in given_rows.items())
        counts = record_readings(kpi, columns(*call))
        assert counts == Counts(created, updated, len(given_rows) - created - updated, 0)
        expected |= given_rows
        assert stored(kpi) == expected


@pytest.mark.parametrize("segments", [0, 1, 3])
def test_copied_rows_have_every_column(owner: Principal, segments: int) -> None:
    kpi = create_kpi(owner, name="Churn rate")
    body = columns(0, FEWEST_COPIED, segments=segments)
    record_readings(kpi, body)
    assert stored(kpi) == rows_of(body)
    row = Reading.objects.filter(kpi=kpi).latest("pk")
    assert row.workspace_id == kpi.workspace_id
    assert abs(datetime.now(UTC) - row.recorded_at) < timedelta(minutes=10)


def test_a_gap_is_filled_and_neighbours_of_another_kpi_or_segment_do_not_count(owner: Principal) -> None:
    kpi, other = create_kpi(owner, name="Churn rate"), create_kpi(owner, name="Other rate")
    record_readings(other, columns(0, FEWEST_COPIED))
    record_readings(kpi, columns(0, FEWEST_COPIED, segments=1))
    record_readings(kpi, {"times": [columns(0, 1)["times"][0], columns(900, 1)["times"][0]], "values": [1, 2]})
    assert record_readings(kpi, columns(1, FEWEST_COPIED)) == Counts(created=FEWEST_COPIED)
    assert len(stored(kpi)) == 2 * FEWEST_COPIED + 2
    assert len(stored(other)) == FEWEST_COPIED


@pytest.mark.django_db(transaction=True)
def test_of_two_calls_at_once_one_writes_and_the_other_finds_it_written() -> None:
    kpi = create_kpi(make_workspace(), name="Churn rate")
    found: list[Counts] = []

    def second() -> None:
        try:
            found.append(record_readings(kpi, columns(0, FEWEST_COPIED)))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        found.append(record_readings(kpi, columns(0, FEWEST_COPIED)))
        thread.start()
        until_somebody_waits()
    thread.join(60)
    assert found == [Counts(created=FEWEST_COPIED), Counts(unchanged=FEWEST_COPIED)]
    assert stored(kpi) == rows_of(columns(0, FEWEST_COPIED))


def until_somebody_waits() -> None:
    """Wait until another connection waits for this one's transaction."""
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody waits.")
