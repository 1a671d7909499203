"""Bridges and stop rules by REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpis.models import Bridge, StopRule
from projects.models import Evaluation
from tests.api.people import Team, ok, pointers, refused
from tests.factories import EPOCH
from tests.kpis.evaluation_world import measured, tied
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/contributions/money-saved/bridge/"
STOP = "initiatives/CHURN/stop-rule/"
ATTEMPTS = "initiatives/CHURN/attempts/"
BODY = {"volume": 1000.0, "value_per_correct": 4.0, "cost_per_error": 25.0, "formula": "", "inputs": {}}


@pytest.fixture(autouse=True)
def evaluation(team: Team) -> str:
    initiative = aimed(team.principal)
    tied(team.principal, initiative)
    return measured(initiative).public_id


def test_a_bridge_is_put_read_and_removed(team: Team) -> None:
    refused(team.viewer.call("get", URL), 404)
    made = ok(team.manager.call("put", URL, BODY))
    assert {name: made[name] for name in BODY} == BODY
    assert ok(team.viewer.call("get", URL)) == made
    assert team.manager.call("delete", URL).status_code == 204
    assert not Bridge.objects.exists()


def test_a_wrong_formula_is_named(team: Team) -> None:
    answer = team.manager.call("put", URL, {**BODY, "formula": "decided * price"})
    assert pointers(refused(answer, 400)) == {"/formula"}
    refused(team.manager.call("put", URL.replace("money-saved", "other"), BODY), 404)


def test_a_threshold_says_what_it_moves(team: Team, evaluation: str) -> None:
    ok(team.manager.call("put", URL, BODY))
    point = f"initiatives/CHURN/evaluations/{evaluation}/point/"
    (effect,) = ok(team.viewer.call("get", point))["effects"]
    # 630 right and 20 wrong of 1,000 in scope: 630 · 4 − 20 · 25 = 2,020.
    assert (effect["kpi"], effect["expected"], effect["problem"]) == ("money-saved", pytest.approx(2020), "")
    assert effect["low"] < 2020 < effect["high"]
    (effect,) = ok(team.viewer.call("get", point + "?threshold=0.5"))["effects"]
    assert effect["expected"] == pytest.approx(1310)


def test_a_stop_rule_is_put_read_and_removed(team: Team) -> None:
    refused(team.viewer.call("get", STOP), 404)
    made = ok(team.manager.call("put", STOP, {"gain": 0.005, "attempts": 5}))
    assert (made["metric"], made["gain"], made["attempts"]) == ("accuracy", 0.005, 5)
    assert ok(team.viewer.call("get", STOP)) == made
    assert team.manager.call("delete", STOP).status_code == 204
    assert not StopRule.objects.exists()


@pytest.mark.parametrize(
    "metric,direction,known", [("accuracy", "higher", "target"), ("loss", "lower", "name"), ("q", "higher", "assumed")]
)
def test_a_stop_rule_says_which_way_is_better(team: Team, metric: str, direction: str, known: str) -> None:
    made = ok(team.manager.call("put", STOP, {"metric": metric, "gain": 0.1, "attempts": 2}))
    assert (made["direction"], made["direction_from"]) == (direction, known)
    assert ok(team.viewer.call("get", STOP)) == made


def test_the_attempts_are_summed_up(team: Team, evaluation: str) -> None:
    ok(team.manager.call("put", STOP, {"gain": 0.005, "attempts": 1}))
    measured(Evaluation.objects.get().initiative, "e2", family="forests", cost=2.0, at=EPOCH + timedelta(days=1))
    found = ok(team.viewer.call("get", ATTEMPTS))
    assert {name: found[name] for name in ("purpose", "metric", "coverage", "direction", "direction_from")} == {
        "purpose": "test",
        "metric": "accuracy",
        "coverage": 0.7,
        "direction": "higher",
        "direction_from": "target",
    }
    # 650 of 1,000 cases are sure; to decide 700 the next level goes in whole: 890 of 980 are right.
    assert (found["best"], found["stalled"]) == (pytest.approx(890 / 980), True)
    assert found["families"] == [
        {"name": "forests", "attempts": 1, "cost": 2.0, "best": pytest.approx(890 / 980)},
        {"name": "trees", "attempts": 1, "cost": None, "best": pytest.approx(890 / 980)},
    ]
    assert found["stop_rule"] == ok(team.viewer.call("get", STOP))
    assert ok(team.viewer.call("get", ATTEMPTS + "?purpose=shadow"))["attempts"] == 0
    refused(team.viewer.call("get", ATTEMPTS + "?purpose=odd"), 400)
