"""One run's page, its histories, and comparisons."""

from __future__ import annotations

import math

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kpis.views import run_detail
from projects.connectors.records import DatasetRecord, HistoryPoint, MetricRecord
from projects.models import Connection, Run
from projects.services.deployments import record_deployment
from projects.services.histories import History
from projects.services.runs import mark_deleted, push_model_version, record_runs
from tests.factories import make_connection, make_initiative, make_runs, run_record
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import POOR, report
from tests.servers.mlflow import MLflowServer


@pytest.fixture
def good(place: Place) -> Run:
    return Run.objects.get(external_id="good")


def test_three_people(place: Place, good: Run) -> None:
    poor = report(place.initiative, "poor", POOR)
    for rest in (
        f"runs/{good.public_id}/",
        f"runs/{good.public_id}/history.json?metric=accuracy",
        f"runs/compare/?run={good.public_id}&run={poor.public_id}",
    ):
        for name, person in place.people.items():
            assert browser(person).get(place.url(rest)).status_code == (404 if name == "stranger" else 200), name
        assert Client().get(place.url(rest)).status_code == 302


def test_a_run_of_another_initiative_is_not_found_here(place: Place) -> None:
    (theirs,) = make_runs(make_initiative(place.owner, "OTHER"), 1)
    client = browser(place.owner)
    assert client.get(place.url(f"runs/{theirs.public_id}/")).status_code == 404
    assert client.get(place.url(f"runs/{theirs.public_id}/history.json?metric=accuracy")).status_code == 404


def test_it_shows_targets_facts_and_what_came_of_it(place: Place, good: Run) -> None:
    data = [DatasetRecord("cases", "d1gest", "training")]
    metrics = {"accuracy": 0.5, "loss": MetricRecord(None, "nan"), "gain": MetricRecord(None, "inf")}
    record_runs(
        place.initiative,
        [run_record("x", metrics=metrics, datasets=data, tags={"team": "north"}, url="https://lab.example/x")],
        replace=True,
    )
    push_model_version(place.owner, place.initiative, name="churn", version="7", run="x", aliases=["champion"])
    record_deployment(place.owner, place.initiative, environment="production", version="churn/7", state="live")
    run = Run.objects.get(external_id="x")
    page = browser(place.viewer).get(place.url(f"runs/{run.public_id}/")).content.decode()
    for words in (
        "meets 0 of 2",
        "accuracy ≥ 0.9",
        "cases",
        "d1gest",
        "churn v7",
        "champion",
        ">NaN<",
        ">∞<",
        "north",
        'href="https://lab.example/x"',
        "no history",
    ):
        assert words in page, words


def test_no_link_leads_elsewhere_than_to_the_web(place: Place, good: Run) -> None:
    Run.objects.filter(pk=good.pk).update(url="javascript:alert(1)")
    assert "javascript:" not in browser(place.owner).get(place.url(f"runs/{good.public_id}/")).content.decode()


def test_a_deleted_run_says_so(place: Place) -> None:
    connected = make_connection(place.owner, initiative=place.initiative)
    (run,) = make_runs(connected, 1)
    mark_deleted(connected, [run.external_id])
    assert "was deleted at its server" in browser(place.owner).get(place.url(f"runs/{run.public_id}/")).content.decode()


def test_a_pushed_run_has_its_latest_value_alone(place: Place, good: Run) -> None:
    answer = browser(place.owner).get(place.url(f"runs/{good.public_id}/history.json?metric=accuracy")).json()
    assert [trace["y"] for trace in answer["data"]] == [[0.95], [0.9, 0.9]]
    assert answer["problem"] == ""


@pytest.mark.parametrize("metric", ["", "unknown", "%ff", "accuracy%01"])
def test_only_its_own_metrics_have_histories(place: Place, good: Run, metric: str) -> None:
    url = place.url(f"runs/{good.public_id}/history.json?metric={metric}")
    assert browser(place.owner).get(url).status_code == 404


def test_a_server_that_is_away_is_said_in_words(place: Place, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    (run,) = make_runs(make_connection(place.owner, initiative=place.initiative), [{"accuracy": 0.5}])
    client = browser(place.owner)
    answer = client.get(place.url(f"runs/{run.public_id}/history.json?metric=accuracy")).json()
    assert answer["data"][0]["y"] == [0.5]
    assert answer["problem"].startswith("Only the latest value is shown")
    assert "data-chart-problem" in client.get(place.url(f"runs/{run.public_id}/")).content.decode()


def test_a_history_that_is_not_whole_says_so(place: Place, good: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [HistoryPoint(step, None, step / 10) for step in range(3)]
    monkeypatch.setattr(run_detail, "history_of", lambda run, name: History(name, points, cut_at=1_000_000))
    answer = browser(place.owner).get(place.url(f"runs/{good.public_id}/history.json?metric=accuracy")).json()
    assert answer["data"][0]["y"] == [0.0, 0.1, 0.2]
    assert (
        " ".join(answer["problem"].split()) == "Only the first 1 000 000 points were read: its server has more of them."
    )


def test_a_history_comes_from_the_server(place: Place, mlflow_server: MLflowServer, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    experiment = mlflow_server.post("experiments/create", {"name": "histories of a page"})["experiment_id"]
    run_id = mlflow_server.create_run(experiment, "drawn")
    for step, value in enumerate((0.1, 0.4, "NaN", 0.7)):
        body = {"run_id": run_id, "key": "val acc/β", "value": value, "timestamp": 1_790_000_000_000 + step}
        mlflow_server.post("runs/log-metric", {**body, "step": step})
    connected = make_connection(place.owner, initiative=place.initiative)
    Connection.objects.filter(pk=connected.pk).update(base_url=mlflow_server.url)
    record_runs(connected, [run_record(run_id, metrics={"val acc/β": 0.7})], replace=True)
    run = Run.objects.get(external_id=run_id)
    answer = browser(place.viewer).get(place.url(f"runs/{run.public_id}/history.json"), {"metric": "val acc/β"})
    (trace,) = answer.json()["data"]
    assert (trace["x"], trace["y"]) == ([0, 1, 2, 3], [0.1, 0.4, None, 0.7])
    assert answer.json()["problem"] == ""


def test_charts_are_those_with_targets_and_steps_or_those_asked_for(place: Place) -> None:
    steps = {key: MetricRecord(0.5, step=9) for key in ("accuracy", "a", "b", "c", "d")}
    connected = make_connection(place.owner, initiative=place.initiative)
    record_runs(connected, [run_record("x", metrics={**steps, "once": MetricRecord(1.0, step=0)})], replace=True)
    run = Run.objects.get(external_id="x")
    client, url = browser(place.owner), place.url(f"runs/{run.public_id}/")
    assert [each.key for each in client.get(url).context["page"].charts] == ["accuracy", "a", "b", "c"]
    asked = client.get(url, {"chart": ["once", "made up"]}).context["page"].charts
    assert [each.key for each in asked] == ["once"]
    caption = client.get(url).context["page"].charts[0].caption
    assert caption == "accuracy: 0.5 at step 9, target at least 0.9"


def test_comparing_shows_what_differs_and_all_on_demand(place: Place, good: Run) -> None:
    poor = report(place.initiative, "poor", POOR, params={"lr": "0.1", "depth": "6"})
    client, url = browser(place.owner), place.url(f"runs/compare/?run={good.public_id}&run={poor.public_id}")
    page = client.get(url).content.decode()
    assert "depth" in page
    assert ">lr</th>" not in page
    assert "−0.25" in page
    assert "worse" in page
    assert ">lr</th>" in client.get(f"{url}&all=1").content.decode()


@pytest.mark.parametrize("query", ["", "?run=one", "?run=run_a&run=run_b", "?run=%01&run=x"])
def test_comparing_needs_two_to_six_runs(place: Place, query: str) -> None:
    answer = browser(place.owner).get(place.url(f"runs/compare/{query}"), follow=True)
    assert answer.redirect_chain[0][0].endswith("/runs/")
    assert "Select two to six runs" in answer.content.decode()


def test_numbers_of_queries_do_not_grow(place: Place, good: Run) -> None:
    client = browser(place.owner)
    counts = []
    for size in (3, 30):
        metrics = {f"m{number}": math.sqrt(number) for number in range(size)}
        report(place.initiative, "good", {"accuracy": 0.9, **metrics}, params={f"p{n}": "1" for n in range(size)})
        make_runs(place.initiative, size)
        ids = [good.public_id, *(run.public_id for run in Run.objects.exclude(pk=good.pk)[:2])]
        found = []
        for rest in (f"runs/{good.public_id}/", f"runs/compare/?{'&'.join(f'run={each}' for each in ids)}"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(place.url(rest)).status_code == 200
            found.append(len(captured))
        counts.append(found)
    assert counts[0] == counts[1]
    assert counts[0] <= [22, 22]
