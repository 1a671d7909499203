"""Histories of a metric, asked of the server."""

from __future__ import annotations

from itertools import count

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from projects.models import Connection, Run
from projects.services.columns import choose_columns
from projects.services.histories import metric_history
from projects.services.runs import record_runs
from tests.factories import make_connection, make_initiative, make_runs, make_workspace, run_record
from tests.servers.hostile import Handler, HostileServer, as_json, by_path, half_json, silence

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def pulled_run(url: str) -> Run:
    connection = make_connection(make_workspace())
    Connection.objects.filter(pk=connection.pk).update(base_url=url)
    record_runs(connection, [run_record("a")], replace=True)
    return Run.objects.select_related("connection").get()


def test_the_server_is_asked() -> None:
    points = [{"run_id": "a", "key": "accuracy", "value": each / 10, "step": each} for each in range(3)]
    with HostileServer(by_path({"get-history-bulk": as_json({"metrics": points})})) as server:
        found = metric_history(pulled_run(server.url), "accuracy")
    assert ([point.value for point in found.points], found.problem, found.cut_at) == ([0.0, 0.1, 0.2], "", None)


def test_a_history_of_which_the_server_has_more_says_where_it_is_cut() -> None:
    point = {"run_id": "a", "key": "accuracy", "value": 0.5, "step": 1}
    pages = count(1)

    def more(handler: Handler) -> None:
        as_json({"metrics": [point] * 3, "next_page_token": str(next(pages))})(handler)

    answers = {"get-history-bulk": as_json({"metrics": [point] * 25_000}), "get-history": more}
    with HostileServer(by_path(answers)) as server:
        found = metric_history(pulled_run(server.url), "accuracy")
    assert (len(found.points), found.problem, found.cut_at) == (120, "", 120)


def test_a_failure_is_said_beside_the_latest_value() -> None:
    with HostileServer(half_json) as server:
        found = metric_history(pulled_run(server.url), "accuracy")
    assert [point.value for point in found.points] == [0.9]
    assert found.problem


def test_a_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, hostile_server: HostileServer) -> None:
    monkeypatch.setattr("projects.services.histories.PAGE_PATIENCE", 0.4)
    hostile_server.script = [silence]
    found = metric_history(pulled_run(hostile_server.url), "accuracy")
    assert [point.value for point in found.points] == [0.9]
    assert "0.4" in found.problem


def test_a_pushed_run_has_its_stored_value() -> None:
    (run,) = make_runs(make_initiative(make_workspace()))
    assert [point.value for point in metric_history(run, "accuracy").points] == [0.9]
    assert metric_history(run, "unknown").points == []


def test_columns_have_a_form() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    for columns in (["accuracy"], ["metric:\x00"], [f"metric:{each}" for each in range(31)]):
        with pytest.raises(ValidationError, match="at most 30"):
            choose_columns(owner, initiative, columns)
