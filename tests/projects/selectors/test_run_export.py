"""Runs as rows of a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from mltrack.cells import cell_text
from projects.connectors.records import MetricRecord
from projects.models import Initiative
from projects.selectors import run_export
from projects.selectors.run_export import FIXED, cell_of, export_rows, seconds_of
from projects.selectors.runs import rows_of, runs_of
from projects.services.runs import record_runs
from tests.factories import make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
COLUMNS = ["metric:accuracy", "param:lr", "tag:team"]


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def test_every_run_in_its_order_with_its_cells(initiative: Initiative) -> None:
    record_runs(initiative, [run_record("a", metrics={"accuracy": 0.5}, tags={"team": "north"})], replace=True)
    record_runs(initiative, [run_record("b", metrics={"accuracy": MetricRecord(None, "nan")}, params={})], replace=True)
    head, first, second = export_rows(runs_of(initiative), "name", COLUMNS)
    assert head == [*FIXED, *COLUMNS]
    assert first[1:7] == ["a", "run a", "finished", NINE, NINE + timedelta(minutes=5), 300.0]
    assert first[-3:] == [0.5, "0.1", "north"]
    assert [cell_text(cell) for cell in second[-3:]] == ["nan", "", ""]


def test_more_than_one_chunk_is_whole_and_sorted(initiative: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_export, "CHUNK", 4)
    make_runs(initiative, [{"accuracy": number / 10} for number in range(10)])
    with CaptureQueriesContext(database) as found:
        rows = list(export_rows(runs_of(initiative), "-metric:accuracy", ["metric:accuracy"]))[1:]
    assert [row[-1] for row in rows] == [number / 10 for number in reversed(range(10))]
    assert len(found) == 4


def test_an_unknown_order_is_refused(initiative: Initiative) -> None:
    with pytest.raises(ValueError, match="Order by"):
        list(export_rows(runs_of(initiative), "password", []))


def test_a_run_that_goes_on_has_no_length(initiative: Initiative) -> None:
    record_runs(initiative, [run_record("a", status="running", ended_at=None)], replace=True)
    (row,) = rows_of(list(runs_of(initiative)))
    assert seconds_of(row.run) is None
    assert cell_of(row, "metric:unknown") is None
    assert cell_of(row, "metric:accuracy") == 0.9
