"""What a list of runs offers to choose from."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.selectors import run_choices as choices
from projects.selectors.run_choices import count_of, run_choices
from projects.selectors.runs import runs_of
from projects.services.runs import record_runs
from tests.factories import make_connection, make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def test_what_occurs_is_offered(owner: Principal, initiative: Initiative) -> None:
    connection = make_connection(owner, name="Lab", initiative=initiative)
    tags = {"mlflow.user": "u", "team": "x"}
    record_runs(connection, [run_record("a", metrics={"f1": 1, "auc": 1}, params={"lr": "1"}, tags=tags)], replace=True)
    record_runs(
        connection, [run_record("b", params={"depth": "2"}, experiment_id="7", experiment_name="second")], replace=True
    )
    found = run_choices(initiative)
    assert (found.metrics, found.params) == (["accuracy", "auc", "f1"], ["depth", "lr"])
    assert found.experiments == [("1", "churn"), ("7", "second")]
    assert found.connections == [(connection.public_id, "Lab")]
    assert found.columns[-4:] == ["param:depth", "param:lr", "tag:team", "tag:mlflow.user"]


def test_another_initiative_offers_nothing(owner: Principal, initiative: Initiative) -> None:
    make_runs(make_connection(owner, initiative=make_initiative(owner, "OTHER")), 2)
    found = run_choices(initiative)
    assert (found.columns, found.experiments, found.connections) == ([], [], [])


def test_counting_stops(initiative: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    make_runs(initiative, 4)
    assert count_of(runs_of(initiative)) == (4, False)
    monkeypatch.setattr(choices, "MOST_COUNTED", 3)
    assert count_of(runs_of(initiative)) == (3, True)


def test_it_takes_four_queries(initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_runs(initiative, 30)
    with django_assert_num_queries(4):
        run_choices(initiative)
