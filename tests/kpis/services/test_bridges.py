"""What a decision is worth: kept whole or refused with the place that is wrong, and heard of in the audit."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kpis.models import Bridge, Contribution
from kpis.services.bridges import expect_movement, remove_bridge, set_bridge
from kpis.services.stop_rules import remove_stop_rule, set_stop_rule
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from tests.factories import make_workspace
from tests.kpis.evaluation_world import tied
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db
WORTH = {"volume": 1000, "value_per_correct": 4, "cost_per_error": 25}


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def tie(owner: Principal) -> Contribution:
    return tied(owner, aimed(owner))


def events(verb: str) -> int:
    return AuditEvent.objects.filter(action=verb, object_kind__in=("bridge", "stop_rule")).count()


def test_it_is_set_changed_and_removed(owner: Principal, tie: Contribution) -> None:
    first = set_bridge(owner, tie, **WORTH)
    assert (first.volume, first.formula, first.inputs, first.author) == (1000.0, "", {}, owner.user)
    assert set_bridge(owner, tie, **WORTH).pk == first.pk and events("set") == 1
    set_bridge(owner, tie, **WORTH, formula="decided * hours", inputs={"hours": 2})
    kept = Bridge.objects.get()
    assert (kept.formula, kept.inputs, events("set")) == ("decided * hours", {"hours": 2.0}, 2)
    remove_bridge(owner, tie)
    remove_bridge(owner, tie)
    assert not Bridge.objects.exists() and events("remove") == 1


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"volume": -1}, "volume", "not negative"),
        ({"volume": None}, "volume", "needed"),
        ({"cost_per_error": float("inf")}, "cost_per_error", "within"),
        ({"formula": "decided * price"}, "formula", "At character 11: “price” is not known"),
        ({"formula": "open(1)"}, "formula", "only min(…) and max(…)"),
        ({"inputs": {"accuracy": 1}}, "inputs", "no free name"),
        ({"inputs": {"max": 1}}, "inputs", "no free name"),
        ({"inputs": {"Hours": 1}}, "inputs", "no free name"),
        ({"inputs": {"hours": float("nan")}}, "inputs", "must be a number"),
        ({"inputs": {f"a{place}": 1 for place in range(21)}}, "inputs", "at most 20"),
        ({"price": 1}, "price", "no such field"),
    ],
)
def test_what_is_refused(owner: Principal, tie: Contribution, wrong: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ValidationError) as found:
        set_bridge(owner, tie, **{**WORTH, **wrong})
    assert words in " ".join(found.value.message_dict[field])
    assert not Bridge.objects.exists()


def test_what_it_computes_becomes_the_expected_movement(owner: Principal, tie: Contribution) -> None:
    Contribution.objects.filter(pk=tie.pk).update(grade="A", by="2027-01-31")
    tie.refresh_from_db()
    found = expect_movement(owner, tie, 1234.5, "Bridge from e1")
    assert (found.expected, found.grade, found.how, str(found.by)) == (1234.5, "E", "Bridge from e1", "2027-01-31")


def test_a_stop_rule_is_set_changed_and_removed(owner: Principal, tie: Contribution) -> None:
    rule = set_stop_rule(owner, tie.initiative, gain=0.005, attempts=5)
    assert (rule.metric, rule.gain, rule.attempts) == ("accuracy", 0.005, 5)
    set_stop_rule(owner, tie.initiative, gain=0.005, attempts=5)
    set_stop_rule(owner, tie.initiative, metric="rmse", gain=0, attempts=3)
    assert events("set") == 2
    remove_stop_rule(owner, tie.initiative)
    remove_stop_rule(owner, tie.initiative)
    assert events("remove") == 1


@pytest.mark.parametrize(
    "wrong", [{"gain": -1}, {"gain": None}, {"attempts": 0}, {"attempts": 1001}, {"attempts": 2.5}, {"until": 3}]
)
def test_a_stop_rule_that_says_nothing_is_refused(owner: Principal, tie: Contribution, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        set_stop_rule(owner, tie.initiative, **{"gain": 0.005, "attempts": 5, **wrong})
