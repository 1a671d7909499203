"""KPIs: the only writer of what a lasting measure is. Its goal has versions of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from kpis.models import KPI, Reading
from kpis.models.kpis import Aggregation, Direction, Period, validate_kpi_key
from kpis.scoring.formulas.grammar import LONGEST
from kpis.selectors.facts import GOAL_FIELDS
from kpis.services.affected import note_kpi
from kpis.services.fields import Fields
from kpis.services.formulas import note_edited, write_formula
from kpis.services.goals import active_goal, read_goal, today_of, write_goal
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.services.versions import expect_version

# Paths of pages beside a KPI's own.
RESERVED_KEYS = frozenset({"new"})
KPI_FIELDS = ("name", "description", "owner", "unit", "direction", "period", "aggregation", "zone")


def propose_kpi_key(workspace: Workspace, name: str) -> str:
    """Return a free key made of a name: "Churn rate" is churn-rate, or churn-rate-2 when that is taken."""
    stem = slugify(name)[:50].strip("-_").replace("_", "-")
    stem = "-".join(part for part in stem.split("-") if part)
    stem = stem if stem[:1].isalpha() else f"kpi-{stem}".strip("-")
    there = KPI.objects.filter(workspace=workspace, key__startswith=stem).values_list("key", flat=True)
    taken = {*there, *RESERVED_KEYS}
    number = 1
    while (f"{stem}-{number}" if number > 1 else stem) in taken:
        number += 1
    return f"{stem}-{number}" if number > 1 else stem


@transaction.atomic
def create_kpi(principal: Principal, *, name: str, key: str = "", **given: Any) -> KPI:
    """Return a new KPI; the key is proposed from the name when it is empty.

    `given` may hold description, owner (a user or a member's address), unit, direction, period, aggregation,
    zone, formula, and the goal: baseline, target or low and high, start (by default today), due. Raises
    ValidationError.
    """
    fields = Fields({"name": name, "key": key, **given}, ("key", *KPI_FIELDS, "formula", *GOAL_FIELDS, "reason"))
    values = _read(fields, principal.workspace, KPI(workspace=principal.workspace))
    key = fields.text("key", 60) or propose_kpi_key(principal.workspace, values["name"])
    try:
        validate_kpi_key(key)
    except ValidationError as error:
        fields.fail("key", error.messages[0])
    if key in RESERVED_KEYS:
        fields.fail("key", f"The key {key} is the name of a page.")
    goal = read_goal(fields, values["direction"], None)
    reason = fields.text("reason", 2000)
    formula = fields.text("formula", LONGEST)
    fields.finish()
    try:
        with transaction.atomic():
            kpi = KPI.objects.create(workspace=principal.workspace, key=key, **values)
    except IntegrityError as error:
        raise ValidationError({"key": f"The key {key} is taken."}) from error
    if write_formula(principal, kpi, formula):
        kpi.save(update_fields=["formula"])
        values["formula"] = kpi.formula_text
    record_audit(principal, "create", "kpi", key, after=_shown(values))
    if any(value is not None for value in goal.values()):
        goal["start"] = goal["start"] or today_of(kpi)
        write_goal(principal, kpi, goal, reason)
    return kpi


@transaction.atomic
def edit_kpi(
    principal: Principal,
    kpi: KPI,
    changes: Mapping[str, Any],
    *,
    reason: str = "",
    expected_version: int | None = None,
) -> KPI:
    """Change a KPI or its formula, an empty one for none; changed goals are a new version of its goal.

    Raises VersionConflict when it is no longer the expected version, ValidationError for bad values, for a new
    direction once there are readings, and for a goal that asks for less without a reason.
    """
    locked = _locked(principal, kpi)
    expect_version(locked.version, expected_version)
    fields = Fields(changes, (*KPI_FIELDS, "formula", *GOAL_FIELDS))
    values = _read(fields, principal.workspace, locked)
    present = active_goal(locked)
    goal = read_goal(fields, values["direction"], present)
    if values["direction"] != locked.direction and Reading.objects.filter(kpi=locked).exists():
        fields.fail("direction", "This KPI has readings: make another KPI for another direction.")
    formula = fields.text("formula", LONGEST) if fields.has("formula") else locked.formula_text
    fields.finish()
    before = {**{name: getattr(locked, name) for name in KPI_FIELDS}, "formula": locked.formula_text}
    for name, value in values.items():
        setattr(locked, name, value)
    write_formula(principal, locked, formula)
    after = {**values, "formula": locked.formula_text}
    changed = {name for name in before if before[name] != after[name]}
    written = write_goal(principal, locked, goal, reason.strip())
    if changed or written is not None:
        locked.version += 1
        locked.save()
    if changed:
        old, new = _shown(before), _shown(after)
        record_audit(
            principal,
            "edit",
            "kpi",
            locked.key,
            before={name: old[name] for name in changed},
            after={name: new[name] for name in changed},
            reason=reason.strip(),
        )
        note_kpi(locked, "kpi")
        note_edited(locked, changed)
    return locked


@transaction.atomic
def archive_kpi(principal: Principal, kpi: KPI, *, archived: bool = True) -> KPI:
    """Put a KPI away, or bring it back with `archived=False`; its readings stay."""
    locked = _locked(principal, kpi)
    if (locked.archived_at is not None) == archived:
        return locked
    locked.archived_at = timezone.now() if archived else None
    locked.version += 1
    locked.save()
    record_audit(principal, "archive" if archived else "restore", "kpi", locked.key)
    note_kpi(locked, "kpi")
    return locked


def _locked(principal: Principal, kpi: KPI) -> KPI:
    """Return a KPI that nobody else changes until the end of the transaction; readings come in meanwhile."""
    ours = KPI.objects.select_for_update(of=("self",), no_key=True).select_related("formula", "workspace")
    return ours.get(pk=kpi.pk, workspace=principal.workspace)


def _read(fields: Fields, workspace: Workspace, present: KPI) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(present, name) for name in KPI_FIELDS}
    if fields.has("name"):
        values["name"] = fields.text("name", 160, required=True)
    for name, limit in (("description", 20_000), ("unit", 40)):
        if fields.has(name):
            values[name] = fields.text(name, limit)
    if fields.has("owner"):
        values["owner"] = fields.person("owner", workspace)
    choices = (("direction", Direction), ("period", Period), ("aggregation", Aggregation))
    for name, words in choices:
        if fields.has(name):
            values[name] = fields.choice(name, words.values, values[name])
    if fields.has("zone"):
        values["zone"] = fields.zone("zone")
    return values


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name == "owner" and value else value for name, value in values.items()}
