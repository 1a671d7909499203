"""Spreads over repeats, from stored runs."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from projects.connectors.records import DatasetRecord
from projects.models import Initiative, Run
from projects.selectors.repeats import dataset_names, spreads_around
from projects.services.runs import mark_deleted, record_runs
from tests.factories import make_connection, make_initiative, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def seeded(source: Any, seed: int, value: float, **fields: Any) -> Run:
    params = {"lr": "0.1", "seed": str(seed), **fields.pop("params", {})}
    record_runs(source, [run_record(f"s{seed}", params=params, metrics={"f1": value}, **fields)], replace=True)
    return Run.objects.get(external_id=f"s{seed}")


def test_three_seeds_make_a_spread(initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    run = seeded(initiative, 1, 0.2)
    seeded(initiative, 2, 0.4)
    assert spreads_around(initiative, run, ["f1"]) == {}
    seeded(initiative, 3, 0.6)
    seeded(initiative, 4, 9.0, params={"lr": "0.5"})
    with django_assert_num_queries(3):
        found = spreads_around(initiative, run, ["f1"])
    assert found["f1"].n == 3
    assert found["f1"].sigma == pytest.approx(0.2)


def test_other_data_failed_and_deleted_runs_are_no_repeats() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    connection = make_connection(owner, initiative=initiative)
    run = seeded(connection, 1, 0.2)
    seeded(connection, 2, 0.4, datasets=[DatasetRecord("train", "other", "training")])
    seeded(connection, 3, 0.6, status="failed")
    seeded(connection, 4, 0.8)
    mark_deleted(connection, ["s4"])
    seeded(connection, 5, 0.5)
    assert spreads_around(initiative, run, ["f1"]) == {}


def test_datasets_by_name_and_context(initiative: Initiative) -> None:
    data = [DatasetRecord("train", "b", "training"), DatasetRecord("train", "a", "training"), DatasetRecord("x", "c")]
    run = seeded(initiative, 1, 0.5, datasets=data)
    assert dataset_names([run.pk]) == {run.pk: {"train (training)": "a, b", "x": "c"}}
