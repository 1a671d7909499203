"""What an initiative costs, and what is decided on its value: their only writer."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kpis.models import InitiativeCost, ValueDecision
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative
from projects.services.texts import json_safe

COST_FIELDS: Final = ("kind", "starts_on", "ends_on", "weeks", "amount", "note")
DECISION_FIELDS: Final = ("decision", "reason", "review_on")


@transaction.atomic
def add_cost(principal: Principal, initiative: Initiative, **given: Any) -> InitiativeCost:
    """Note what was spent from one day to another: `weeks` of people, `amount` of money, or both.

    Raises ValidationError.
    """
    fields = Fields(given, COST_FIELDS)
    values: dict[str, Any] = {
        "kind": fields.choice("kind", InitiativeCost.Kind.values),
        "starts_on": fields.day("starts_on"),
        "ends_on": fields.day("ends_on"),
        "weeks": fields.number("weeks"),
        "amount": fields.number("amount"),
        "note": fields.text("note", 500),
    }
    for name in ("starts_on", "ends_on"):
        if values[name] is None:
            fields.fail(name, "A date is needed.")
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        fields.fail("ends_on", "It ends before it begins.")
    _amounts(fields, values)
    fields.finish()
    made = InitiativeCost.objects.create(initiative=initiative, author=principal.user, **values)
    after = {"id": made.public_id, **json_safe(values)}
    record_audit(principal, "add", "cost", initiative.key, after=after)
    return made


@transaction.atomic
def remove_cost(principal: Principal, cost: InitiativeCost) -> None:
    """Take back what was noted wrongly; the audit keeps it."""
    before = {"id": cost.public_id, **json_safe({name: getattr(cost, name) for name in COST_FIELDS})}
    key = cost.initiative.key
    cost.delete()
    record_audit(principal, "remove", "cost", key, before=before)


@transaction.atomic
def decide_value(principal: Principal, initiative: Initiative, **given: Any) -> ValueDecision:
    """Keep whether to sustain, expand, adjust or retire an initiative, for which reason, and when to look again.

    Raises ValidationError: without a reason, or without a day to look again unless it is to retire.
    """
    fields = Fields(given, DECISION_FIELDS)
    decision = fields.choice("decision", ValueDecision.Decision.values)
    reason, review = fields.text("reason", 2000, required=True), fields.day("review_on")
    now = timezone.now()
    if review is None and decision != ValueDecision.Decision.RETIRE:
        fields.fail("review_on", "Say when this is looked at again.")
    elif review is not None and review <= now.date():
        fields.fail("review_on", "This day is past.")
    fields.finish()
    made = ValueDecision.objects.create(
        initiative=initiative, decision=decision, reason=reason, review_on=review, author=principal.user, at=now
    )
    after = {"id": made.public_id, "decision": decision, "review_on": review.isoformat() if review else None}
    record_audit(principal, "decide", "value", initiative.key, after=after, reason=reason)
    return made


def _amounts(fields: Fields, values: dict[str, Any]) -> None:
    for name in ("weeks", "amount"):
        if values[name] is not None and values[name] <= 0:
            fields.fail(name, "This is more than 0.")
    if values["weeks"] is not None and values["kind"] != InitiativeCost.Kind.PEOPLE:
        fields.fail("weeks", "People-weeks are a cost of people.")
    if values["weeks"] is None and values["amount"] is None:
        name = "weeks" if values["kind"] == InitiativeCost.Kind.PEOPLE else "amount"
        fields.fail(name, "Say how much.")
