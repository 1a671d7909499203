"""Observations are upserted by series and time, all or none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, JudgeDue, Observation, ObservedSeries
from projects.services import observations as service
from projects.services.observations import record_observations
from tests.factories import make_initiative, make_workspace

DAYS = [f"2026-11-{day:02}T00:00:00Z" for day in range(1, 29)]


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def volume(day: int, value: float, **fields: Any) -> dict[str, Any]:
    return {"kind": "volume", "name": "refills", "segment": "IL", "time": DAYS[day], "value": value, **fields}


def states(found: list[service.Recorded]) -> list[str]:
    return [each.state for each in found]


@pytest.mark.django_db
def test_each_has_its_state_and_a_repeated_one_corrects(owner: Principal, initiative: Initiative) -> None:
    first = record_observations(owner, initiative, [volume(0, 12, n=12, method="count"), volume(1, 9)])
    assert states(first) == ["created", "created"]
    again = record_observations(owner, initiative, [volume(1, 9), volume(0, 13), volume(2, 7)])
    assert states(again) == ["unchanged", "updated", "created"]
    series = ObservedSeries.objects.get()
    assert {each.series for each in first + again} == {series.public_id}
    kept = Observation.objects.get(series=series, time=DAYS[0])
    assert (kept.value, kept.n, kept.method) == (13, None, "")
    assert series.last_at is not None and series.last_at.isoformat() == "2026-11-03T00:00:00+00:00"


@pytest.mark.django_db
def test_an_older_one_does_not_turn_back_the_newest(owner: Principal, initiative: Initiative) -> None:
    record_observations(owner, initiative, [volume(5, 1)])
    record_observations(owner, initiative, [volume(2, 1, period_days=7)])
    series = ObservedSeries.objects.get()
    assert (series.last_at and series.last_at.day, series.period_days) == (6, 7)
    record_observations(owner, initiative, [volume(3, 1)])
    series.refresh_from_db()
    assert series.period_days == 7


@pytest.mark.django_db
def test_kind_name_and_segment_make_a_series(owner: Principal, initiative: Initiative) -> None:
    given = [volume(0, 1), volume(0, 1, segment=""), volume(0, 1, kind="quality"), volume(0, 1, name="visits")]
    assert len({each.series for each in record_observations(owner, initiative, given)}) == 4


@pytest.mark.django_db
def test_nothing_is_kept_where_one_is_wrong(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(ValidationError) as caught:
        record_observations(owner, initiative, [volume(0, 1), volume(1, float("nan"))])
    assert set(caught.value.message_dict) == {"observations/1/value"}
    assert not ObservedSeries.objects.exists()


@pytest.mark.django_db
def test_what_changed_is_due_to_be_judged_and_kept_in_the_audit(owner: Principal, initiative: Initiative) -> None:
    JudgeDue.objects.all().delete()
    for _ in range(2):
        record_observations(owner, initiative, [volume(0, 1)])
        assert JudgeDue.objects.filter(initiative=initiative).count() == 1
    (event,) = AuditEvent.objects.filter(object_kind="observations")
    assert event.after["created"] == 1 and len(event.after["digest"]) == 64
    JudgeDue.objects.all().delete()
    record_observations(owner, initiative, [volume(0, 1)])
    assert not JudgeDue.objects.exists()


@pytest.mark.django_db
def test_series_have_an_end(owner: Principal, initiative: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_SERIES", 2)
    record_observations(owner, initiative, [volume(0, 1, segment="IL"), volume(0, 1, segment="IA")])
    with pytest.raises(ValidationError, match="3 series, and an initiative has at most 2"):
        record_observations(owner, initiative, [volume(0, 1, segment="IN")])
    assert states(record_observations(owner, initiative, [volume(1, 1, segment="IA")])) == ["created"]


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_batch(owner: Principal, initiative: Initiative) -> None:
    def asked(items: list[dict[str, Any]]) -> int:
        with CaptureQueriesContext(connection) as queries:
            record_observations(owner, initiative, items)
        return len(queries)

    few = asked([volume(0, 1), volume(1, 1)])
    assert few == asked([volume(day, 2, segment=f"S{part}") for day in range(20) for part in range(30)])


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_write_each_moment_once(owner: Principal, initiative: Initiative) -> None:
    def push(caller: int) -> list[str]:
        items = [volume(day, caller, segment=f"S{part}") for day in range(10) for part in range(10)]
        try:
            return states(record_observations(owner, initiative, items[::-1] if caller % 2 else items))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(push, range(1, 5)))
    assert sorted(each.count("created") for each in found) == [0, 0, 0, 100]
    assert len({*Observation.objects.values_list("value", flat=True)}) == 1
    assert Observation.objects.count() == 100
