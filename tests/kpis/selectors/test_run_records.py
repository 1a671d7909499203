"""Records and series of the runs list, against the same in plain Python."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.scoring.runs import best_so_far
from kpis.scoring.targets import Target
from kpis.selectors.run_records import records_among, target_series
from kpis.selectors.run_targets import Aims
from projects.connectors.records import MetricRecord
from projects.models import Initiative, Run
from projects.services.runs import mark_deleted, record_runs
from tests.factories import make_connection, make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db
ACCURACY = Target("a", "accuracy", ">=", 0.9)
LOSS = Target("l", "loss", "<=", 0.1)


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def names(found: set[int]) -> set[str]:
    return set(Run.objects.filter(pk__in=found).values_list("external_id", flat=True))


def records(initiative: Initiative, target: Target, aliases: dict[str, str] | None = None) -> set[str]:
    shown = list(Run.objects.values_list("pk", flat=True))
    return names(records_among(initiative, shown, target, Aims((target,), aliases or {})))


@pytest.mark.parametrize(("target", "higher"), [(ACCURACY, True), (LOSS, False)])
@pytest.mark.parametrize("seed", range(3))
def test_they_are_those_of_the_engine(initiative: Initiative, target: Target, higher: bool, seed: int) -> None:
    dice = random.Random(seed)
    values = [round(dice.random(), 1) for _ in range(25)]
    runs = make_runs(initiative, [{target.metric: value} for value in values])
    best = best_so_far(list(values), higher)
    expected = {run.external_id for place, run in enumerate(runs) if place == 0 or best[place] != best[place - 1]}
    assert records(initiative, target) == expected


def test_specials_failed_and_deleted_runs_set_none() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    connection = make_connection(owner, initiative=initiative)
    record_runs(connection, [run_record("nan", metrics={"accuracy": MetricRecord(None, "nan")})], replace=True)
    record_runs(connection, [run_record("failed", status="failed", metrics={"accuracy": 0.99})], replace=True)
    record_runs(connection, [run_record("gone", metrics={"accuracy": 0.98})], replace=True)
    mark_deleted(connection, ["gone"])
    record_runs(connection, [run_record("first", metrics={"accuracy": 0.5})], replace=True)
    assert records(initiative, ACCURACY) == {"first"}


def test_other_names_count_where_they_agree(initiative: Initiative) -> None:
    given: list[dict[str, Any]] = [
        {"val_acc": 0.5},
        {"val_acc": 0.7, "acc": 0.8},
        {"accuracy": 0.6, "val_acc": 0.1},
        {"val_acc": 0.9, "acc": 0.9},
    ]
    runs = make_runs(initiative, given)
    aliases = {"val_acc": "accuracy", "acc": "accuracy"}
    assert records(initiative, ACCURACY, aliases) == {runs[place].external_id for place in (0, 2, 3)}
    assert target_series(initiative, Aims((ACCURACY,), aliases)) == [[0.5, None, 0.6, 0.9]]


def test_series_keep_gaps_and_the_newest(
    initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_runs(initiative, [{"accuracy": 0.1}, {"loss": 1}, {"accuracy": 0.3, "loss": 3}])
    record_runs(initiative, [run_record("running", status="running", ended_at=None)], replace=True)
    aims = Aims((ACCURACY, LOSS), {})
    with django_assert_num_queries(2):
        assert target_series(initiative, aims) == [[0.1, None, 0.3], [None, 1.0, 3.0]]
    assert target_series(initiative, aims, most=2) == [[None, 0.3], [1.0, 3.0]]


def test_another_initiatives_runs_set_no_record(initiative: Initiative) -> None:
    make_runs(make_initiative(make_workspace(), "OTHER"), [{"accuracy": 0.99}])
    (run,) = make_runs(initiative, [{"accuracy": 0.5}])
    assert records(initiative, ACCURACY) == {run.external_id}
