"""Runs by REST: one, many, and the registered versions made of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from projects.api.shapes.runs import RunIn
from projects.models import Initiative, JudgeDue, MetricValue, Run
from projects.services.run_input import FIELDS
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative, make_runs

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/runs/"
RUN = {
    "external_id": "ci-1",
    "name": "nightly",
    "status": "finished",
    "started_at": "2026-01-05T09:00:00Z",
    "ended_at": "2026-01-05T10:30:00+01:00",
    "params": {"threshold": 0.5, "shuffle": True},
    "tags": {"commit": "abc1234"},
    "metrics": {"accuracy": 0.91, "loss": "NaN", "gap": "-Infinity", "n": 2400},
    "datasets": [{"name": "cards", "digest": "9f2c", "context": "training"}],
    "url": "https://ci.example.org/1",
}


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_the_described_fields_are_those_that_are_read() -> None:
    assert tuple(RunIn().fields) == FIELDS


def test_a_run_is_pushed_and_shown(team: Team, churn: Initiative) -> None:
    made = ok(team.contributor.call("post", URL, RUN), 201)
    assert made["metrics"]["accuracy"]["value"] == 0.91
    assert (made["metrics"]["loss"]["value"], made["metrics"]["loss"]["special"]) == (None, "nan")
    assert made["metrics"]["gap"]["special"] == "-inf"
    assert made["params"] == {"threshold": "0.5", "shuffle": "true"}
    assert made["ended_at"] == "2026-01-05T09:30:00.000000Z"
    assert made["datasets"] == RUN["datasets"]
    assert (made["commit"], made["url"], made["connection"]) == ("abc1234", RUN["url"], None)
    assert ok(team.viewer.call("get", f"{URL}{made['id']}/")) == made
    assert ok(team.viewer.call("get", URL))["data"] == [made]
    assert JudgeDue.objects.filter(initiative=churn).exists()


def test_a_second_push_merges(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", URL, RUN), 201)
    change = {"external_id": "ci-1", "metrics": {"f1": 0.8, "loss": None}, "tags": None}
    merged = ok(team.contributor.call("post", URL, change), 200)
    assert set(merged["metrics"]) == {"accuracy", "f1", "gap", "n"}
    assert (merged["tags"], merged["name"]) == ({}, "nightly")
    assert Run.objects.count() == 1


def test_wrong_runs_are_refused_with_places(team: Team, churn: Initiative) -> None:
    wrong = {"external_id": "x", "metrics": {"a/b": "high", "c": True}, "colour": "red", "started_at": "2026-01-05"}
    found = refused(team.contributor.call("post", URL, wrong), 400, "invalid")
    assert pointers(found) == {"/metrics/a~1b", "/metrics/c", "/colour", "/started_at"}
    bodies: list[Any] = [{}, [], "run", b"null", 7]
    for body in bodies:
        refused(team.contributor.call("post", URL, body), 400)
    assert not Run.objects.exists()


def test_who_may(team: Team, churn: Initiative) -> None:
    refused(team.viewer.call("post", URL, RUN), 403)
    refused(team.stranger.call("post", URL, RUN), 404)
    refused(team.stranger.call("get", URL), 404)
    made = ok(team.manager.call("post", URL, RUN), 201)
    refused(team.stranger.call("get", f"{URL}{made['id']}/"), 404)
    make_initiative(team.principal, "OTHER")
    refused(team.viewer.call("get", f"initiatives/OTHER/runs/{made['id']}/"), 404)


def batch(count: int, **changes: Any) -> dict[str, Any]:
    return {"runs": [{"external_id": f"r{number}", "metrics": {"accuracy": 0.9}, **changes} for number in range(count)]}


def test_a_batch_has_a_result_per_run(team: Team, churn: Initiative) -> None:
    body = batch(3)
    body["runs"][1]["metrics"] = {"accuracy": "good"}
    results = ok(team.contributor.call("post", URL + "batch/", body))["results"]
    assert [(each["external_id"], each["state"]) for each in results] == [
        ("r0", "created"),
        ("r1", "rejected"),
        ("r2", "created"),
    ]
    assert results[1]["errors"][0]["pointer"] == "/metrics/accuracy"
    again = ok(team.contributor.call("post", URL + "batch/", batch(3)))["results"]
    assert [each["state"] for each in again] == ["unchanged", "created", "unchanged"]


def test_an_atomic_batch_is_kept_whole_or_not_at_all(team: Team, churn: Initiative) -> None:
    body = batch(3)
    body["runs"][1]["status"] = "lost"
    found = refused(team.contributor.call("post", URL + "batch/?atomic=1", body), 422, "batch_rejected")
    assert pointers(found) == {"/runs/1/status"}
    assert {each["state"] for each in found["results"]} == {"rejected"}
    assert not Run.objects.exists()
    ok(team.contributor.call("post", URL + "batch/?atomic=1", batch(3)))
    assert Run.objects.count() == 3


def test_a_batch_has_a_limit_and_a_shape(team: Team, churn: Initiative) -> None:
    assert pointers(refused(team.contributor.call("post", URL + "batch/", batch(1001)), 400)) == {"/runs"}
    bodies: list[Any] = [{}, [], {"runs": {}}, {"runs": [], "more": 1}, {"runs": "x"}, {"runs": None}]
    for body in bodies:
        refused(team.contributor.call("post", URL + "batch/", body), 400)
    refused(team.contributor.call("post", URL + "batch/?whole=1", batch(1)), 400)
    assert ok(team.contributor.call("post", URL + "batch/", {"runs": []})) == {"results": []}


def test_runs_are_listed_last_ended_first_and_filtered(team: Team, churn: Initiative) -> None:
    connection = make_connection(team.principal, initiative=churn)
    pulled = make_runs(connection, 3)
    ok(team.contributor.call("post", URL, RUN), 201)
    ok(team.contributor.call("post", URL, {"external_id": "now", "status": "running"}), 201)

    def ids(query: str = "") -> list[str]:
        return [row["external_id"] for row in ok(team.viewer.call("get", f"{URL}?{query}"))["data"]]

    late, middle, early = (run.external_id for run in reversed(pulled))
    assert ids() == ["now", late, middle, "ci-1", early]
    assert ids("status=running") == ["now"]
    assert ids(f"connection={connection.public_id}") == [late, middle, early]
    assert ids("commit=abc1234") == ids("external_id=ci-1") == ["ci-1"]
    refused(team.viewer.call("get", f"{URL}?connection=con_none"), 404)
    Run.objects.filter(external_id="ci-1").update(deleted_at="2026-02-01T00:00:00Z")
    assert "ci-1" not in ids()


def test_pages_of_runs_miss_none(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", URL + "batch/", batch(7, status="running")))
    make_runs(churn, 6)
    path, seen = URL + "?limit=3", []
    while path:
        page = ok(team.viewer.call("get", path))
        seen += [row["external_id"] for row in page["data"]]
        path = (page["next"] or "").partition("/api/v1/")[2]
    assert len(seen) == len(set(seen)) == 13


def test_a_list_asks_as_often_however_long(team: Team, churn: Initiative) -> None:
    def count() -> int:
        with CaptureQueriesContext(database) as queries:
            ok(team.viewer.call("get", URL + "?limit=200"))
        return len(queries)

    make_runs(churn, 2)
    count()
    few = count()
    make_runs(churn, 40)
    assert count() == few


def test_a_stored_nan_never_breaks_a_list(team: Team, churn: Initiative) -> None:
    (run,) = make_runs(churn, 1)
    MetricValue.objects.filter(run=run, key="accuracy").update(value=None, special="nan")
    row = ok(team.viewer.call("get", URL))["data"][0]
    assert row["metrics"]["accuracy"]["special"] == "nan"


def test_model_versions(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", URL, RUN), 201)
    url = "initiatives/CHURN/model-versions/"
    body = {"name": "churn", "version": "3", "run": "ci-1", "aliases": ["champion"], "tags": {"by": "ci"}}
    made = ok(team.contributor.call("post", url, body), 201)
    assert made["run"] == ok(team.viewer.call("get", URL))["data"][0]["id"]
    assert (made["aliases"], made["tags"], made["run_external_id"]) == (["champion"], {"by": "ci"}, "ci-1")
    ok(team.contributor.call("post", url, {"name": "churn", "version": "4", "aliases": ["champion"]}), 201)
    kept = ok(team.contributor.call("post", url, {"name": "churn", "version": "3"}), 200)
    assert kept["aliases"] == []
    assert {row["version"] for row in ok(team.viewer.call("get", url))["data"]} == {"3", "4"}
    refused(team.viewer.call("post", url, body), 403)
    refused(team.stranger.call("get", url), 404)
    assert pointers(refused(team.contributor.call("post", url, {"name": "x"}), 400)) == {"/version"}
