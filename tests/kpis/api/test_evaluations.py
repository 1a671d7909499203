"""Evaluations by REST: the shape that programs rely on, with numbers by hand (see `evaluation_world`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.proportions import wilson
from projects.models import Evaluation
from tests.api.people import Team, ok, refused
from tests.factories import EPOCH, make_initiative
from tests.kpis.evaluation_world import measured
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(team: Team) -> Evaluation:
    return measured(aimed(team.principal))


def url(evaluation: Evaluation, rest: str = "") -> str:
    return f"initiatives/CHURN/evaluations/{evaluation.public_id}/{rest}"


def test_the_shape(team: Team, evaluation: Evaluation) -> None:
    found = ok(team.viewer.call("get", url(evaluation)))
    assert (found["id"], found["n"], found["abstained"]) == (evaluation.public_id, 1000, 20)
    assert found["dataset"] == {"name": "cases", "digest": "d1gest"}
    ends = wilson(630, 650)
    accuracy = {"value": pytest.approx(630 / 650), "low": pytest.approx(ends.low), "high": pytest.approx(ends.high)}
    assert found["metrics"]["accuracy"] == {**accuracy, "n": 650}
    assert found["metrics"]["recall/left"]["n"] == 365
    first, last = found["curve"]
    assert first == {
        "threshold": 0.95,
        "coverage": 0.65,
        "accuracy": pytest.approx(630 / 650),
        "low": pytest.approx(ends.low),
        "high": pytest.approx(ends.high),
        "n": 650,
    }
    assert (last["threshold"], last["n"]) == (0.5, 980)
    point: dict[str, Any] = found["operating_point"]
    assert (point["method"], point["coverage"], point["guaranteed_coverage"]) == ("fixed_sequence", 0.65, 0.65)
    assert (point["observed_coverage"], point["accuracy_decision"]) == (0.98, "met")
    assert found["slices"][0]["slice"] == "region=US"
    assert {each["group"] for each in found["groups"]} == {"sex=F", "sex=M"}
    assert found["says"].startswith("Accuracy 96.92 %")


def test_a_threshold(team: Team, evaluation: Evaluation) -> None:
    found = ok(team.viewer.call("get", url(evaluation, "point/?threshold=0.5")))
    assert (found["threshold"], found["decided"], found["left"], found["n"]) == (0.5, 980, 20, 1000)
    assert found["errors_per_thousand"] == pytest.approx(90_000 / 980)
    assert (found["method"], found["coverage_decision"], found["effects"]) == ("asked", "met", [])
    assert ok(team.viewer.call("get", url(evaluation, "point/")))["decided"] == 650


def test_nothing_decided(team: Team, evaluation: Evaluation) -> None:
    found = ok(team.viewer.call("get", url(evaluation, "point/?threshold=1")))
    assert (found["accuracy"], found["low"], found["coverage"], found["decided"]) == (None, None, 0.0, 0)


@pytest.mark.parametrize("query", ["threshold=2", "threshold=nan", "threshold=word", "at=1"])
def test_what_is_no_threshold(team: Team, evaluation: Evaluation, query: str) -> None:
    assert refused(team.viewer.call("get", url(evaluation, f"point/?{query}")), 400)


def test_slices_over_time(team: Team, evaluation: Evaluation) -> None:
    fields = {"at": EPOCH - timedelta(days=3), "purpose": "production"}
    before = measured(evaluation.initiative, "before", **fields)
    now, then = ok(team.viewer.call("get", url(evaluation)))["slice_history"]
    assert (now["id"], then["id"]) == (evaluation.public_id, before.public_id)
    assert (then["purpose"], then["threshold"], then["in_production"]) == ("production", pytest.approx(0.51), False)
    assert {each["slice"]: each for each in then["slices"]}["region=US"] == {
        "slice": "region=US",
        "n": 300,
        "decided": 150,
        "accuracy": pytest.approx(138 / 150),
        "coverage": pytest.approx(0.5),
    }


def test_others_do_not_see_it(team: Team, evaluation: Evaluation) -> None:
    for rest in ("", "point/"):
        refused(team.stranger.call("get", url(evaluation, rest)), 404)
    theirs = measured(make_initiative(team.principal, "OTHER"))
    refused(team.viewer.call("get", url(theirs)), 404)


def test_queries(team: Team, evaluation: Evaluation, django_assert_num_queries: Any) -> None:
    team.viewer.call("get", url(evaluation))
    for rest, queries in (("", 10), ("point/", 8)):
        with django_assert_num_queries(queries):
            team.viewer.call("get", url(evaluation, rest))
