"""Evaluations by REST: counts in, summaries out, the same once more, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from mltrack.accounts.models import AuditEvent
from projects.models import DatasetVersion, Evaluation, EvaluationStratum, Initiative, JudgeDue
from projects.selectors.evaluations import tally_of
from projects.services.model_versions import push_model_version
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_evaluation, make_initiative, make_runs

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/evaluations/"
BODY: dict[str, Any] = {
    "external_id": "e1",
    "dataset": {"name": "cards", "digest": "9f", "rows": 10},
    "slice_columns": ["region"],
    "metrics": {"rmse": {"value": 1.5, "low": 1.0}},
    "counts": {
        "level": [9_000, 5_000, None],
        "right": [5, 1, 1],
        "wrong": [1, 1, 1],
        "slices": {"region": ["EU", "US", "EU"]},
    },
}


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_counts_are_kept(team: Team, churn: Initiative) -> None:
    (run,) = make_runs(churn)
    push_model_version(team.principal, churn, name="churn", version="3")
    body = {**BODY, "run": run.external_id, "model_version": "churn/3", "commit": "abc"}
    made = ok(team.contributor.call("post", HERE, body), 201)
    assert {name: made[name] for name in ("n", "right", "abstained", "accuracy")} == {
        "n": 10,
        "right": 7,
        "abstained": 2,
        "accuracy": 0.7,
    }
    assert (made["run"], made["origin"], made["purpose"]) == (run.public_id, "statistics", "test")
    assert made["model_version"].startswith("mdl_") and made["id"].startswith("evl_")
    assert made["metrics"] == {"rmse": {"value": 1.5, "low": 1.0, "high": None, "n": None}}
    dataset = DatasetVersion.objects.get(initiative=churn)
    assert made["dataset"] == {"id": dataset.public_id, "name": "cards", "digest": "9f", "rows": 10}
    kept = Evaluation.objects.get()
    assert (tally_of(kept).n, kept.strata.count()) == (10, 2)
    assert JudgeDue.objects.get().reason == "evaluation recorded"
    assert ok(team.viewer.call("get", HERE))["data"] == [made]


def test_the_audit_trail_has_counts_and_a_digest(team: Team, churn: Initiative) -> None:
    made = ok(team.contributor.call("post", HERE, BODY), 201)
    event = AuditEvent.objects.get(action="record", object_kind="evaluation")
    assert event.object_key == f"CHURN {made['id']}"
    assert {name: event.after[name] for name in ("n", "right", "strata", "cells")} == {
        "n": 10,
        "right": 7,
        "strata": 2,
        "cells": 3,
    }
    assert len(event.after["sha256"]) == 64


def test_the_same_once_more(team: Team, churn: Initiative) -> None:
    made = ok(team.contributor.call("post", HERE, BODY), 201)
    assert ok(team.contributor.call("post", HERE, BODY), 200) == made
    plain = zip(*(BODY["counts"][name] for name in ("level", "right", "wrong")), BODY["counts"]["slices"]["region"])
    as_rows = [
        {"level": level, "right": right, "wrong": wrong, "slices": {"region": region}}
        for level, right, wrong, region in plain
    ]
    assert ok(team.contributor.call("post", HERE, {**BODY, "counts": as_rows}), 200) == made
    assert AuditEvent.objects.filter(object_kind="evaluation").count() == 1


@pytest.mark.parametrize(
    "given,fields",
    [
        ({"counts": {**BODY["counts"], "right": [6, 1, 1]}}, ["counts"]),
        ({"purpose": "validation", "name": "other"}, ["name", "purpose"]),
        ({"dataset": {"name": "cards", "digest": "aa"}}, ["dataset"]),
        ({"metrics": {}, "model_version": "churn/3"}, ["metrics", "model_version"]),
    ],
)
def test_another_of_the_same_id_is_refused(
    team: Team, churn: Initiative, given: dict[str, Any], fields: list[str]
) -> None:
    push_model_version(team.principal, churn, name="churn", version="3")
    ok(team.contributor.call("post", HERE, BODY), 201)
    problem = refused(team.contributor.call("post", HERE, {**BODY, **given}), 409)
    assert (problem["code"], problem["fields"]) == ("conflict", fields)
    assert Evaluation.objects.count() == 1 and EvaluationStratum.objects.count() == 2


@pytest.mark.parametrize("name", ["run", "model_version"])
def test_what_is_not_known_here_is_refused(team: Team, churn: Initiative, name: str) -> None:
    (run,) = make_runs(make_initiative(team.principal, "OTHER"))
    problem = refused(team.contributor.call("post", HERE, {**BODY, name: run.public_id}), 400)
    assert pointers(problem) == {f"/{name}"}
    assert not Evaluation.objects.exists()


def test_every_fault_has_its_place(team: Team, churn: Initiative) -> None:
    wrong = {**BODY, "counts": {**BODY["counts"], "right": [5, 1, "1"]}}
    assert pointers(refused(team.contributor.call("post", HERE, wrong), 400)) == {"/counts/right/2"}
    wrong = {**BODY, "purpose": "fun", "by": "me", "metrics": {"f1": {"value": "NaN"}}}
    problem = refused(team.contributor.call("post", HERE, wrong), 400)
    assert pointers(problem) == {"/purpose", "/by", "/metrics/f1/value"}


def test_a_key_makes_a_post_safe_to_repeat(team: Team, churn: Initiative) -> None:
    body = {**BODY, "external_id": ""}
    answers = [team.contributor.call("post", HERE, body, Idempotency_Key="k1") for _ in range(2)]
    assert ok(answers[0], 201) == ok(answers[1], 201)
    ok(team.contributor.call("post", HERE, body), 201)
    assert Evaluation.objects.count() == 2


def test_the_list_is_filtered_and_paged(team: Team, churn: Initiative) -> None:
    (run,) = make_runs(churn)
    version, _ = push_model_version(team.principal, churn, name="churn", version="3", run=run.external_id)
    first = ok(team.contributor.call("post", HERE, {**BODY, "model_version": "churn/3", "commit": "abc"}), 201)
    make_evaluation(churn, purpose="production")
    dataset = first["dataset"]["id"]
    for query in (
        f"run={run.external_id}",
        f"run={run.public_id}",
        "model_version=churn/3",
        f"model_version={version.public_id}",
        "commit=abc",
        "dataset=9f",
        "dataset=cards",
        f"dataset={dataset}",
        "external_id=e1",
        "purpose=test",
    ):
        assert ok(team.viewer.call("get", f"{HERE}?{query}"))["data"] == [first], query
    assert ok(team.viewer.call("get", f"{HERE}?model_version=churn/4"))["data"] == []
    assert refused(team.viewer.call("get", f"{HERE}?purpose=fun"), 400)
    page = ok(team.viewer.call("get", f"{HERE}?limit=1"))
    assert page["data"] == [first] and page["next"]


def test_who_may(team: Team, churn: Initiative) -> None:
    refused(team.viewer.call("post", HERE, {}), 403)
    refused(team.stranger.call("post", HERE, {}), 404)
    refused(team.stranger.call("get", HERE), 404)
    refused(team.contributor.call("post", HERE, {}), 400)
