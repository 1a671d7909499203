"""When to stop trying: the only writer of stop rules."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kpis.models import StopRule
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative

RULE_FIELDS = ("metric", "gain", "attempts")
MOST_ATTEMPTS = 1000


@transaction.atomic
def set_stop_rule(principal: Principal, initiative: Initiative, **given: Any) -> StopRule:
    """Set when to stop: no gain over `gain` in `metric` within so many `attempts`. Raises ValidationError."""
    fields = Fields(given, RULE_FIELDS)
    gain, attempts = fields.number("gain", required=True), fields.count("attempts")
    if gain is not None and gain < 0:
        fields.fail("gain", "A gain is not negative.")
    if attempts is None or attempts > MOST_ATTEMPTS:
        fields.fail("attempts", f"This must be a whole number from 1 to {MOST_ATTEMPTS:,}.")
    values: dict[str, Any] = {"metric": fields.text("metric", 300) or "accuracy", "gain": gain, "attempts": attempts}
    fields.finish()
    present = StopRule.objects.select_for_update().filter(initiative=initiative).first()
    before = {name: getattr(present, name) for name in RULE_FIELDS} if present else {}
    if present is not None and before == values:
        return present
    made, _ = StopRule.objects.update_or_create(initiative=initiative, defaults={**values, "author": principal.user})
    record_audit(principal, "set", "stop_rule", initiative.key, before=before, after=values)
    return made


@transaction.atomic
def remove_stop_rule(principal: Principal, initiative: Initiative) -> None:
    """Go on without a stop rule."""
    present = StopRule.objects.filter(initiative=initiative).first()
    if present is None:
        return
    before = {name: getattr(present, name) for name in RULE_FIELDS}
    present.delete()
    record_audit(principal, "remove", "stop_rule", initiative.key, before=before)
