"""What the tables of observations refuse, whoever writes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from mltrack.accounts.access import Principal
from projects.models import DataSource, Observation, ObservedSeries, PlannedStop
from tests.factories import EPOCH, make_initiative, make_series, make_source, make_workspace


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def series(owner: Principal) -> ObservedSeries:
    return make_series(make_initiative(owner), [12, 9], segment="IL")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"value": float("nan")}, "observation_is_a_number"),
        ({"value": float("inf")}, "observation_is_a_number"),
        ({"threshold": float("nan")}, "observation_threshold_is_a_number"),
        ({"n": -1}, "observation_n_sane"),
        ({"time": EPOCH}, "observation_once"),
    ],
)
@pytest.mark.django_db
def test_a_value_is_a_finite_number_once_a_moment(
    series: ObservedSeries, fields: dict[str, Any], constraint: str
) -> None:
    later = EPOCH + timedelta(days=9)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Observation.objects.create(**{"series": series, "time": later, "value": 1, "recorded_at": later, **fields})


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"segment": "IL"}, "observed_series_once"),
        ({"kind": "mood"}, "observed_series_kind_known"),
        ({"name": ""}, "observed_series_has_a_name"),
        ({"period_days": 0}, "observed_series_period_sane"),
        ({"period_days": 367}, "observed_series_period_sane"),
    ],
)
@pytest.mark.django_db
def test_a_series_is_named_once(series: ObservedSeries, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_series(series.initiative, **fields)


@pytest.mark.django_db
def test_the_newest_time_is_kept(series: ObservedSeries) -> None:
    assert series.last_at == EPOCH + timedelta(days=1)


@pytest.mark.django_db
def test_a_source_is_named_once_in_its_workspace(owner: Principal) -> None:
    make_source(owner)
    make_source(make_workspace(name="Elsewhere"))
    with pytest.raises(IntegrityError, match="data_source_key_once"), transaction.atomic():
        make_source(owner)
    with pytest.raises(IntegrityError, match="data_source_key_form"), transaction.atomic():
        DataSource.objects.create(workspace=owner.workspace, key="Not a key", name="Feed")


@pytest.mark.django_db
def test_a_stop_has_its_days_in_order_and_both_count(owner: Principal) -> None:
    first, last = date(2026, 12, 24), date(2026, 12, 26)
    stop = PlannedStop.objects.create(
        workspace=owner.workspace, first_day=first, last_day=last, reason="Closed over Christmas"
    )
    assert [stop.covers(first + timedelta(days=days)) for days in (-1, 0, 2, 3)] == [False, True, True, False]
    stop.withdrawn_at = EPOCH
    assert not stop.covers(first)
    with pytest.raises(IntegrityError, match="planned_stop_days_ordered"), transaction.atomic():
        PlannedStop.objects.create(workspace=owner.workspace, first_day=last, last_day=first, reason="Backwards")
