"""The filters of the list of runs."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from mltrack.accounts.access import Principal
from projects.filters import RunFilters
from projects.models import Initiative
from projects.selectors.runs import runs_of
from projects.services.runs import mark_deleted, record_runs
from tests.factories import make_connection, make_initiative, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    made = make_initiative(owner)
    connection = make_connection(owner, initiative=made)
    record_runs(made, [run_record("a", name="100% sure", metrics={"accuracy": 0.9, "coverage": 0.5})], replace=True)
    record_runs(
        connection,
        [
            run_record("b", status="failed", experiment_id="2", tags={"commit": "abcdef"}),
            run_record("c", metrics={"accuracy": 0.95, "coverage": 0.9}),
            run_record("d"),
        ],
        replace=True,
    )
    mark_deleted(connection, ["d"])
    return made


def filtered(initiative: Initiative, query: str) -> str:
    found = RunFilters(QueryDict(query), queryset=runs_of(initiative))
    assert found.is_valid(), found.errors
    return "".join(sorted(run.external_id for run in found.qs))


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        ("", "abc"),
        ("deleted=all", "abcd"),
        ("deleted=only", "d"),
        ("status=failed", "b"),
        ("status=failed&status=finished", "abc"),
        ("text=100%25", "a"),
        ("text=SURE", "a"),
        ("text=_", ""),
        ("text=abcd", "b"),
        ("commit=abc", "b"),
        ("experiment=2", "b"),
        ("connection=pushed", "a"),
        ("connection=con_unknown", ""),
        ("metric=accuracy>=0.9", "abc"),
        ("metric=accuracy>0.9", "c"),
        ("metric=accuracy>=0.9&metric=coverage>=0.8", "c"),
        ("metric=", "abc"),
    ],
)
def test_filters(initiative: Initiative, query: str, runs: str) -> None:
    assert filtered(initiative, query) == runs


@pytest.mark.parametrize(
    "query",
    ["status=done", "deleted=maybe", "metric=high", "&".join(["metric=a>1"] * 6), "text=" + "x" * 201, "text=%00"],
)
def test_bad_values_are_said(initiative: Initiative, query: str) -> None:
    found = RunFilters(QueryDict(query), queryset=runs_of(initiative))
    assert not found.is_valid()
    assert found.errors


def test_nothing_else_can_be_asked_for() -> None:
    assert set(RunFilters.base_filters) == {
        "status",
        "text",
        "experiment",
        "connection",
        "commit",
        "metric",
        "deleted",
    }
