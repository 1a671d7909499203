"""A KPI's goal: a change is a new version; one that asks for less waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kpis.models import KPI, Goal, Reading
from kpis.models.kpis import Direction, GoalState
from kpis.scoring.attainment import Goal as GoalFacts
from kpis.scoring.attainment import goal_problem
from kpis.scoring.loosening import goal_loosens
from kpis.selectors.facts import GOAL_FIELDS, goal_facts
from kpis.services.affected import note_kpi
from kpis.services.approvals import approves_own, takes_back_own
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit


def read_goal(fields: Fields, direction: str, present: Goal | None) -> dict[str, Any]:
    """Return all goal fields: those that were sent, the present ones elsewhere. Notes what contradicts itself."""
    values: dict[str, Any] = {name: getattr(present, name, None) for name in GOAL_FIELDS}
    for name in ("baseline", "target", "low", "high"):
        if fields.has(name):
            values[name] = fields.number(name)
    for name in ("start", "due"):
        if fields.has(name):
            values[name] = fields.day(name)
    _check(fields, direction, values)
    return values


def _check(fields: Fields, direction: str, values: Mapping[str, Any]) -> None:
    if direction == Direction.RANGE and values["target"] is not None:
        fields.fail("target", "A range has low and high, no target.")
    if direction != Direction.RANGE and (values["low"] is not None or values["high"] is not None):
        fields.fail("low", "Only a KPI with the direction range has low and high.")
    kind: Any = direction
    problem = goal_problem(GoalFacts(kind, **values))
    if problem:
        fields.fail("high" if direction == Direction.RANGE else "target", problem[0].upper() + problem[1:] + ".")
    if values["start"] and values["due"] and values["start"] > values["due"]:
        fields.fail("due", "The due date is before the start.")


def active_goal(kpi: KPI) -> Goal | None:
    """Return the version in force."""
    return kpi.goals.filter(state=GoalState.ACTIVE).first()


def write_goal(principal: Principal, kpi: KPI, values: Mapping[str, Any], reason: str) -> Goal | None:
    """Append a version to a locked KPI, in the caller's transaction; None where nothing changes.

    Once there is a reading, a version that asks for less needs a reason and stays proposed. Raises
    ValidationError for a missing reason.
    """
    present = active_goal(kpi)
    if present is None and all(value is None for value in values.values()):
        return None
    if present is not None and all(getattr(present, name) == values[name] for name in GOAL_FIELDS):
        return None
    kind: Any = kpi.direction
    why = goal_loosens(goal_facts(kpi.direction, present), GoalFacts(kind, **values)) if present else []
    waits = bool(why) and Reading.objects.filter(kpi=kpi).exists()
    if waits and not reason:
        raise ValidationError({"reason": "This asks for less than before (" + "; ".join(why) + "): say why."})
    goal = _append(principal, kpi, values, reason, why, waits)
    before = {name: _plain(getattr(present, name)) for name in GOAL_FIELDS} if present else {}
    after = {name: _plain(values[name]) for name in GOAL_FIELDS} | {"state": goal.state, "loosens": why}
    record_audit(principal, "propose" if waits else "set", "goal", kpi.key, before=before, after=after, reason=reason)
    note_kpi(kpi, "goal")
    return goal


def _append(
    principal: Principal, kpi: KPI, values: Mapping[str, Any], reason: str, why: list[str], waits: bool
) -> Goal:
    now = timezone.now()
    kpi.goals.filter(state=GoalState.PROPOSED).update(state=GoalState.SUPERSEDED, decided_at=now)
    if not waits:
        kpi.goals.filter(state=GoalState.ACTIVE).update(state=GoalState.SUPERSEDED, valid_to=now)
    number = kpi.goals.aggregate(last=Max("number"))["last"] or 0
    return Goal.objects.create(
        kpi=kpi,
        number=number + 1,
        state=GoalState.PROPOSED if waits else GoalState.ACTIVE,
        reason=reason,
        loosens=why,
        author=principal.user,
        valid_from=None if waits else now,
        **values,
    )


@transaction.atomic
def approve_goal(principal: Principal, goal: Goal) -> Goal:
    """Put a proposed version in force. Raises ValidationError when it is not waiting, or it is the author's own."""
    kpi, goal = _waiting(principal, goal)
    own = approves_own(principal, goal.author_id)
    now = timezone.now()
    kpi.goals.filter(state=GoalState.ACTIVE).update(state=GoalState.SUPERSEDED, valid_to=now)
    goal.state, goal.approver, goal.self_approved = GoalState.ACTIVE, principal.user, own
    goal.decided_at = goal.valid_from = now
    goal.save()
    return _decided(principal, kpi, goal, "approve")


@transaction.atomic
def reject_goal(principal: Principal, goal: Goal) -> Goal:
    """Turn a proposed version down; its author may take it back so. Raises ValidationError when it is not waiting."""
    kpi, goal = _waiting(principal, goal)
    goal.state, goal.approver, goal.decided_at = GoalState.REJECTED, principal.user, timezone.now()
    goal.save()
    return _decided(principal, kpi, goal, "reject")


@transaction.atomic
def take_back_goal(principal: Principal, goal: Goal) -> Goal:
    """Take back one's own version that waits. Raises ValidationError when it is somebody else's, or not waiting."""
    takes_back_own(principal, goal.author_id)
    return reject_goal(principal, goal)


def _waiting(principal: Principal, goal: Goal) -> tuple[KPI, Goal]:
    kpi = KPI.objects.select_for_update().get(pk=goal.kpi_id, workspace=principal.workspace)
    fresh = kpi.goals.get(pk=goal.pk)
    if fresh.state != GoalState.PROPOSED:
        raise ValidationError({"goal": "This version is not waiting for an approval."})
    return kpi, fresh


def _decided(principal: Principal, kpi: KPI, goal: Goal, action: str) -> Goal:
    after = {"number": goal.number, "state": goal.state, "self_approved": goal.self_approved}
    record_audit(principal, action, "goal", kpi.key, after=after, reason=goal.reason)
    note_kpi(kpi, "goal")
    return goal


def today_of(kpi: KPI) -> date:
    """Return today's date where the KPI is measured."""
    return timezone.now().astimezone(ZoneInfo(kpi.zone)).date()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
