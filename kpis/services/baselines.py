"""What the simplest thing achieves on a metric, as a person states it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kpis.models import PlainBaseline
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative


@transaction.atomic
def state_baseline(
    principal: Principal, initiative: Initiative, *, metric: str, value: float, n: int | None = None, note: str = ""
) -> PlainBaseline:
    """Append a plain baseline; the newest of a metric counts. Raises ValidationError."""
    fields = Fields({"metric": metric, "value": value, "n": n, "note": note}, ("metric", "value", "n", "note"))
    values: dict[str, Any] = {
        "metric": fields.text("metric", 300, required=True),
        "value": fields.number("value", required=True),
        "n": fields.count("n"),
        "note": fields.text("note", 20_000, required=True),
    }
    fields.finish()
    stated = PlainBaseline.objects.create(initiative=initiative, author=principal.user, **values)
    record_audit(principal, "state", "baseline", initiative.key, after=values)
    note_initiative(initiative, "baseline")
    return stated
