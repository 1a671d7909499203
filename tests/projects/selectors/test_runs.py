"""Runs as lists show them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.access import Principal
from mltrack.rest.problems import Problem
from projects.connectors.records import DatasetRecord, MetricRecord
from projects.models import Initiative
from projects.progress.thresholds import parse_threshold
from projects.selectors.comparisons import compare_runs
from projects.selectors.runs import (
    chosen_columns,
    ordered,
    page_of_runs,
    reaching,
    run_detail,
    runs_of,
)
from projects.services.columns import choose_columns
from projects.services.runs import mark_deleted, push_model_version, record_runs
from tests.factories import EPOCH, make_connection, make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def queries(deed: Callable[[], Any]) -> int:
    with CaptureQueriesContext(database) as captured:
        deed()
    return len(captured)


def ids(rows: Any) -> str:
    return "".join(row.run.external_id for row in rows)


@pytest.fixture
def five(initiative: Initiative) -> Initiative:
    values: list[dict[str, Any]] = [
        {"accuracy": 0.9},
        {"accuracy": 0.7},
        {"accuracy": MetricRecord(None, "nan")},
        {"loss": 1},
        {"accuracy": 0.8},
    ]
    for number, metrics in enumerate(values):
        record_runs(initiative, [run_record("abcde"[number], metrics=metrics, params={"p": "1"})], replace=True)
    return initiative


def test_by_metric_with_specials_and_missing_last(five: Initiative) -> None:
    down = page_of_runs(runs_of(five), scope="s", order="-metric:accuracy")
    up = page_of_runs(runs_of(five), scope="s", order="metric:accuracy")
    assert (ids(down.rows)[:3], ids(up.rows)[:3]) == ("aeb", "bea")
    assert set(ids(down.rows)[3:]) == set("cd")


@pytest.mark.parametrize(
    "order", ["-metric:accuracy", "metric:accuracy", "-ended", "ended", "name", "-started", "duration"]
)
def test_pages_walk_forth_and_back(five: Initiative, order: str) -> None:
    whole = ids(page_of_runs(runs_of(five), scope="s", order=order).rows)
    seen, cursor = [], ""
    while True:
        page = page_of_runs(runs_of(five), scope="s", order=order, limit=2, cursor=cursor)
        seen.append(ids(page.rows))
        if page.next is None:
            break
        cursor = page.next
    assert "".join(seen) == whole
    assert page.prev is not None
    back = page_of_runs(runs_of(five), scope="s", order=order, limit=2, cursor=page.prev)
    assert ids(back.rows) == whole[2:4]


def test_by_duration_with_those_that_run_last(initiative: Initiative) -> None:
    for name, minutes in (("a", 5), ("b", 1), ("c", 9)):
        record_runs(initiative, [run_record(name, ended_at=EPOCH + timedelta(minutes=minutes))], replace=True)
    record_runs(initiative, [run_record("r", status="running", ended_at=None)], replace=True)
    assert ids(page_of_runs(runs_of(initiative), scope="s", order="duration").rows) == "bacr"
    assert ids(page_of_runs(runs_of(initiative), scope="s", order="-duration").rows) == "cabr"


def test_a_run_of_two_initiatives_stands_once(owner: Principal, initiative: Initiative) -> None:
    connection = make_connection(owner, initiative=initiative)
    connection.selection_rules.create(initiative=make_initiative(owner, "OTHER"))
    make_runs(connection, 3)
    for order in ("-ended", "duration", "metric:accuracy"):
        assert len(page_of_runs(runs_of(initiative), scope="s", order=order).rows) == 3


def test_an_unknown_order_and_a_foreign_cursor_are_refused(five: Initiative) -> None:
    for order in ("accuracy", "metric:", "metric:a\x00", "owner__password", ""):
        with pytest.raises(ValueError, match="Order by"):
            ordered(runs_of(five), order)
    cursor = page_of_runs(runs_of(five), scope="s", limit=1).next
    assert cursor is not None
    with pytest.raises(Problem):
        page_of_runs(runs_of(five), scope="other", limit=1, cursor=cursor)


@pytest.mark.parametrize(
    ("text", "found"), [("accuracy>=0.8", "ae"), ("accuracy<0.8", "b"), ("accuracy=0.9", "a"), ("loss>0", "d")]
)
def test_thresholds(five: Initiative, text: str, found: str) -> None:
    runs = reaching(runs_of(five), parse_threshold(text))
    assert "".join(sorted(run.external_id for run in runs)) == found


def test_columns(owner: Principal, five: Initiative) -> None:
    assert owner.user is not None
    assert chosen_columns(five, owner.user.pk) == []
    choose_columns(owner, five, ["metric:loss", "param:p", "metric:loss"])
    assert chosen_columns(five, owner.user.pk) == ["metric:loss", "param:p"]


def test_rows_carry_the_metrics_asked_for(five: Initiative) -> None:
    page = page_of_runs(runs_of(five), scope="s", order="name", keys=["loss"])
    assert [list(row.metrics) for row in page.rows] == [[], [], [], ["loss"], []]


def test_detail(owner: Principal, initiative: Initiative) -> None:
    record_runs(initiative, [run_record("a", datasets=[DatasetRecord("train", "d", "training")])], replace=True)
    push_model_version(owner, initiative, name="m", version="1", run="a")
    run = runs_of(initiative).get()
    detail = run_detail(run)
    assert [each.key for each in detail.metrics] == ["accuracy"]
    assert [(version.name, context) for version, context in detail.datasets] == [("train", "training")]
    assert [each.version for each in detail.versions] == ["1"]
    assert queries(lambda: run_detail(run)) == 3


def test_comparison(initiative: Initiative) -> None:
    runs = make_runs(initiative, [{"accuracy": 0.5}, {"accuracy": 0.75}])
    names = [run.public_id for run in reversed(runs)]
    found = compare_runs(initiative, names)
    assert found is not None
    assert [run.public_id for run in found.runs] == names
    assert found.metrics[0].deltas == (0.0, -0.25)
    assert compare_runs(initiative, names[:1]) is None
    assert compare_runs(initiative, [*names, "run_unknown"]) is None
    assert compare_runs(initiative, names * 2) is not None


def test_another_initiatives_runs_stay_out(owner: Principal, initiative: Initiative) -> None:
    other = make_initiative(owner, "OTHER")
    ours, theirs = make_runs(initiative, 2), make_runs(other, 2)
    assert set(runs_of(initiative)) == set(ours)
    assert compare_runs(initiative, [ours[0].public_id, theirs[0].public_id]) is None


def test_deleted_runs_are_among_them(owner: Principal, initiative: Initiative) -> None:
    connection = make_connection(owner, initiative=initiative)
    runs = make_runs(connection, 2)
    mark_deleted(connection, [runs[0].external_id])
    assert runs_of(initiative).count() == 2


def test_the_number_of_queries_does_not_grow(initiative: Initiative) -> None:
    def work() -> None:
        page_of_runs(runs_of(initiative), scope="s", order="-metric:accuracy", limit=200)

    make_runs(initiative, 5)
    few = queries(work)
    make_runs(initiative, 50)
    assert queries(work) == few == 2


def test_a_comparison_takes_two_queries(initiative: Initiative) -> None:
    names = [run.public_id for run in make_runs(initiative, 6)]
    assert queries(lambda: compare_runs(initiative, names[:2])) == 2
    assert queries(lambda: compare_runs(initiative, names)) == 2
