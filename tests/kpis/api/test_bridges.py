"""Bridges and stop rules by REST."""

from __future__ import annotations

import pytest

from kpis.models import Bridge, StopRule
from tests.api.people import Team, ok, pointers, refused
from tests.kpis.evaluation_world import measured, tied
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/contributions/money-saved/bridge/"
STOP = "initiatives/CHURN/stop-rule/"
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
