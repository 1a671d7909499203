"""Which initiative is expected to move which KPI, by how much, by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from kpis.models import KPI, Contribution
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from kpis.services.kpis import create_kpi
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative
from projects.services.texts import json_safe

CONTRIBUTION_FIELDS = ("expected", "by", "how", "grade")


@transaction.atomic
def set_contribution(
    principal: Principal,
    initiative: Initiative,
    kpi: KPI,
    *,
    expected: float | None = None,
    by: date | str | None = None,
    how: str = "",
    grade: str = Contribution.Grade.CLAIM,
) -> Contribution:
    """Tie a KPI to an initiative, or change the tie: the expected movement in the KPI's unit, its date, its evidence.

    Raises ValidationError.
    """
    fields = Fields({"expected": expected, "by": by, "how": how, "grade": grade}, CONTRIBUTION_FIELDS)
    if kpi.workspace_id != initiative.workspace_id:
        fields.fail("kpi", "There is no such KPI here.")
    values: dict[str, Any] = {
        "expected": fields.number("expected"),
        "by": fields.day("by"),
        "how": fields.text("how", 20_000),
        "grade": fields.choice("grade", Contribution.Grade.values, Contribution.Grade.CLAIM),
    }
    fields.finish()
    present = Contribution.objects.select_for_update().filter(initiative=initiative, kpi=kpi).first()
    before = {name: getattr(present, name) for name in CONTRIBUTION_FIELDS} if present else {}
    if present is not None and before == values:
        return present
    tie, _ = Contribution.objects.update_or_create(initiative=initiative, kpi=kpi, defaults=values)
    after = {"kpi": kpi.key, **json_safe(values)}
    record_audit(principal, "set", "contribution", initiative.key, before=json_safe(before), after=after)
    note_initiative(initiative, "contribution")
    return tie


@transaction.atomic
def tie_new_kpi(principal: Principal, initiative: Initiative, kpi: Mapping[str, Any], **tie: Any) -> Contribution:
    """Make a KPI (the fields of `create_kpi`) and tie it to an initiative, both or neither. Raises ValidationError."""
    return set_contribution(principal, initiative, create_kpi(principal, **kpi), **tie)


@transaction.atomic
def remove_contribution(principal: Principal, contribution: Contribution) -> None:
    """Untie a KPI from an initiative."""
    initiative, key = contribution.initiative, contribution.kpi.key
    before = json_safe({name: getattr(contribution, name) for name in CONTRIBUTION_FIELDS})
    contribution.delete()
    record_audit(principal, "remove", "contribution", initiative.key, before={"kpi": key, **before})
    note_initiative(initiative, "contribution")
