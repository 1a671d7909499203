"""An initiative made ready by REST alone: everything that a verdict rests on has an endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kpis.services.snapshots import due_initiatives, judge_initiative
from tests.api.people import Team, ok

pytestmark = pytest.mark.django_db
URL = "initiatives/FORMS/"
COMMIT = "4c1de0ffee4c1de0ffee4c1de0ffee4c1de0ffee"
ATTESTED = (
    "data.no_leakage",
    "data.schema",
    "data.privacy",
    "labels.guideline",
    "model.reviewed",
    "delivery.containerised",
    "delivery.integration_tested",
    "delivery.rollback",
    "operations.owner",
    "operations.monitoring",
    "operations.latency_cost",
    "operations.fallback",
)


def day(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def set_goals(team: Team) -> None:
    post = team.manager.call
    ok(post("post", "initiatives/", {"key": "FORMS", "name": "Read forms", "target_date": day(60)}), 201)
    measure = {
        "key": "typed-by-hand",
        "name": "Forms typed by hand",
        "owner": "viewer@example.org",
        "direction": "lower",
    }
    goal = {"baseline": 100, "target": 15, "start": day(-30), "due": day(90)}
    ok(post("post", "kpis/", {**measure, **goal}), 201)
    tie = {"kpi": "typed-by-hand", "expected": -80, "by": day(90), "how": "1 − coverage", "grade": "E"}
    ok(post("post", URL + "contributions/", tie), 201)
    for metric, value in (("accuracy", 0.9), ("coverage", 0.7)):
        target = {"metric": metric, "comparator": ">=", "value": value, "minimum_n": 1000, "confidence": 0.95}
        ok(post("post", URL + "targets/", target), 201)
    ok(post("post", URL + "tasks/", {"title": "Fit it into the form reader", "status": "done"}), 201)
    ok(post("post", URL + "aliases/", {"alias": "eval/acc", "metric": "accuracy"}), 201)
    stated = {"metric": "accuracy", "value": 0.6, "n": 5000, "note": "The most frequent class."}
    ok(post("post", URL + "baselines/", stated), 201)


def report(team: Team, **changes: Any) -> None:
    run = {
        "external_id": "ci-7",
        "status": "finished",
        "metrics": {"eval/acc": 0.95, "coverage": 0.85, "n": 5000},
        "params": {"threshold": 0.8},
        "tags": {"commit": COMMIT},
        "datasets": [{"name": "forms", "digest": "9f2c", "context": "test"}],
    }
    outcome = ok(team.contributor.call("post", URL + "runs/batch/", {"runs": [{**run, **changes}]}))
    assert outcome["results"][0]["state"] in ("created", "updated")


def give_words(team: Team, checks: tuple[str, ...] = ATTESTED) -> None:
    for check in checks:
        word = {"check": check, "link": f"https://example.org/{check}", "note": "Looked at."}
        ok(team.contributor.call("post", URL + "attestations/", word), 201)


def asked(team: Team) -> Any:
    return ok(team.contributor.call("post", URL + "gate/", {"commit": COMMIT}))


def test_it_becomes_ready_step_by_step(team: Team) -> None:
    set_goals(team)
    assert asked(team)["verdict"] == "unknown"
    ok(team.contributor.call("post", URL + "datasets/", {"name": "forms", "digest": "9f2c", "rows": 5000}), 201)
    report(team)
    ok(team.contributor.call("post", "kpis/typed-by-hand/readings/", {"time": day(-1), "value": 97}))
    missing = {each["check"] for each in asked(team)["blockers"]}
    assert missing == set(ATTESTED)
    give_words(team)
    answer = asked(team)
    assert (answer["verdict"], answer["blockers"], answer["reasons"]) == ("ready", [], [])
    for initiative_id in due_initiatives():
        judge_initiative(initiative_id)
    told = ok(team.viewer.call("get", URL + "readiness/"))
    assert (told["verdict"], told["pending"], told["candidate"]["commit"]) == ("ready", False, COMMIT)
    assert ok(team.viewer.call("get", "portfolio/"))["data"][0]["verdict"] == "ready"


def test_each_ingredient_counts(team: Team) -> None:
    set_goals(team)
    report(team, metrics={"eval/acc": 0.95, "coverage": 0.5, "n": 5000})
    give_words(team)
    answer = asked(team)
    assert answer["verdict"] == "not_ready"
    assert [each["check"] for each in answer["blockers"]] == ["model.coverage"]


def test_it_loses_its_readiness(team: Team) -> None:
    set_goals(team)
    report(team)
    give_words(team)
    assert asked(team)["verdict"] == "ready"
    newer = {"name": "forms", "digest": "other", "rows": 6000}
    ok(team.contributor.call("post", URL + "datasets/", newer), 201)
    assert "data.fingerprint_unchanged" in {each["check"] for each in asked(team)["blockers"]}
