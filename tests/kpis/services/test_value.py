"""Costs and decisions: kept with a reason, refused at the field that is wrong, heard of in the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kpis.models import InitiativeCost, ValueDecision
from kpis.services.value import add_cost, decide_value, remove_cost
from mltrack.accounts.models import AuditEvent
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db
SPENT: dict[str, Any] = {"kind": "people", "starts_on": "2026-01-01", "ends_on": "2026-03-31", "weeks": 12}
SOON = timezone.now().date() + timedelta(days=90)


def test_costs_are_added_and_taken_back() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    cost = add_cost(owner, initiative, **SPENT, amount=30_000, note="Two people")
    add_cost(owner, initiative, kind="compute", starts_on="2026-01-01", ends_on="2026-01-01", amount=99.5)
    assert (cost.weeks, cost.amount, cost.author) == (12.0, 30_000.0, owner.user)
    remove_cost(owner, cost)
    assert InitiativeCost.objects.get().kind == "compute"
    events = AuditEvent.objects.filter(object_kind="cost").order_by("id").values_list("action", flat=True)
    assert list(events) == ["add", "add", "remove"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "luck"}, "kind"), ({"weeks": None}, "weeks"), ({"weeks": 0}, "weeks"), ({"amount": -1}, "amount"),
        ({"kind": "compute"}, "weeks"), ({"kind": "compute", "weeks": None}, "amount"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": "2025-01-01"}, "ends_on"), ({"note": "x" * 501}, "note"), ({"rate": 1}, "rate"),
    ],
)  # fmt: skip
def test_a_cost_that_makes_no_sense_is_refused(given: dict[str, Any], field: str) -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError) as refused:
        add_cost(owner, make_initiative(owner), **{**SPENT, **given})
    assert field in refused.value.message_dict


def test_decisions_are_kept_one_after_another() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    decide_value(owner, initiative, decision="adjust", reason="Only half.", review_on=SOON)
    last = decide_value(owner, initiative, decision="retire", reason="Nobody uses it.")
    assert last.review_on is None and last.author == owner.user
    assert list(ValueDecision.objects.order_by("id").values_list("decision", flat=True)) == ["adjust", "retire"]
    event = AuditEvent.objects.filter(object_kind="value").latest("id")
    assert (event.after["decision"], event.reason) == ("retire", "Nobody uses it.")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decision": "hope"}, "decision"), ({"reason": " "}, "reason"), ({"review_on": None}, "review_on"),
        ({"review_on": "2020-01-01"}, "review_on"), ({"by": "me"}, "by"),
    ],
)  # fmt: skip
def test_a_decision_that_makes_no_sense_is_refused(given: dict[str, Any], field: str) -> None:
    owner = make_workspace()
    values = {"decision": "sustain", "reason": "It pays.", "review_on": SOON, **given}
    with pytest.raises(ValidationError) as refused:
        decide_value(owner, make_initiative(owner), **values)
    assert field in refused.value.message_dict


def test_the_tables_refuse_what_says_nothing() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    days = {"starts_on": SOON, "ends_on": SOON}
    for values in ({"kind": "people"}, {"kind": "compute", "weeks": 1.0}, {"kind": "other", "amount": 0.0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InitiativeCost.objects.create(initiative=initiative, **days, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ValueDecision.objects.create(initiative=initiative, decision="expand", reason="Yes", at=timezone.now())
