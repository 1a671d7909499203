"""The list of runs: columns, cells, marks."""

from __future__ import annotations

import pytest

from kpis.scoring.targets import Target
from kpis.selectors.run_list import column_of, default_columns, first_raced, run_list, turn
from kpis.selectors.run_targets import Aims, aims_of
from kpis.services.aliases import set_alias
from projects.connectors.records import MetricRecord
from projects.models import Initiative
from projects.selectors.run_choices import RunChoices
from projects.selectors.runs import runs_of
from projects.services.runs import record_runs
from tests.factories import make_runs, make_workspace, run_record
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db
NONE = Aims((), {})


@pytest.fixture
def initiative() -> Initiative:
    return aimed(make_workspace())


def choices(*metrics: str) -> RunChoices:
    return RunChoices(list(metrics), [], [], [], [])


def test_the_first_columns_are_what_targets_ask_for() -> None:
    aims = Aims((Target("a", "accuracy", ">=", 0.9), Target("c", "coverage", ">=", 0.7)), {"val_acc": "accuracy"})
    assert default_columns(aims, choices("val_acc", "n"), "n") == ["metric:val_acc", "metric:coverage", "metric:n"]
    sliced = Aims((Target("a", "accuracy", ">=", 0.9, slice="region=EU"),), {})
    assert default_columns(sliced, choices("accuracy"), "n") == ["metric:accuracy/region=EU"]


def test_without_targets_the_usual_ones_come_first() -> None:
    found = default_columns(NONE, choices("a", "accuracy", "b", "c", "coverage", "d"), "n")
    assert found == ["metric:accuracy", "metric:coverage", "metric:a", "metric:b"]
    assert default_columns(NONE, choices(), "n") == []


def test_a_heading_turns_the_order() -> None:
    assert turn("ended", "-ended") == ("ended", "descending")
    assert turn("ended", "ended") == ("-ended", "ascending")
    assert turn("ended", "name") == ("-ended", "")
    column = column_of("metric:a:b", "-metric:a:b")
    assert (column.key, column.order, column.sorted) == ("a:b", "metric:a:b", "descending")
    assert column_of("param:lr", "-param:lr").order == ""


def test_cells_and_marks(initiative: Initiative) -> None:
    record_runs(initiative, [run_record("odd", metrics={"accuracy": MetricRecord(None, "-inf")})], replace=True)
    make_runs(initiative, [{"accuracy": 0.5, "loss": 1}, {"accuracy": 0.4}, {"accuracy": 0.6}])
    columns = ["metric:accuracy", "metric:loss", "param:lr", "tag:none"]
    found = run_list(
        initiative, runs_of(initiative), aims_of(initiative), columns=columns, scope="s", order="-metric:accuracy"
    )
    assert [row.cells[0].number for row in found.rows] == [0.6, 0.5, 0.4, float("-inf")]
    assert [row.is_record for row in found.rows] == [True, True, False, False]
    assert [[cell.is_record for cell in row.cells] for row in found.rows][1] == [True, False, False, False]
    assert [row.cells[2].text for row in found.rows] == ["0.1"] * 4
    assert {(row.cells[3].number, row.cells[3].text) for row in found.rows} == {(None, "")}
    assert {row.seconds for row in found.rows} == {300.0}


def test_marks_follow_other_names_of_the_metric() -> None:
    owner = make_workspace()
    initiative = aimed(owner)
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    make_runs(initiative, [{"val_acc": 0.5}])
    found = run_list(
        initiative, runs_of(initiative), aims_of(initiative), columns=["metric:val_acc"], scope="s", order="-ended"
    )
    assert found.rows[0].cells[0].is_record


def test_a_target_between_two_values_has_no_race() -> None:
    between = Target("b", "temperature", "between", 1.0, high=2.0)
    assert first_raced(Aims((between,), {})) is None
    assert first_raced(NONE) is None
