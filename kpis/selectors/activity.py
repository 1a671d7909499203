"""What happened to an initiative: its audit events, moves between stages, and weekly words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from kpis.scoring.wording import figure
from mltrack.accounts.models import AuditEvent, Workspace
from projects.models import Initiative, StageChange
from projects.progress.stages import in_order

KINDS = (
    "initiative",
    "target",
    "alias",
    "baseline",
    "contribution",
    "attestation",
    "waiver",
    "gate",
    "runs",
    "dataset",
    "deployment",
    "model_version",
)
ICONS = {
    "target": "target",
    "alias": "tag",
    "baseline": "minus",
    "contribution": "trending-up",
    "attestation": "shield-check",
    "waiver": "flag",
    "gate": "shield-check",
    "runs": "flask-conical",
    "dataset": "database",
    "deployment": "rocket",
    "model_version": "layers",
}
VERBS = {
    "create": "made",
    "edit": "edited",
    "move": "moved",
    "archive": "archived",
    "restore": "restored",
    "update": "posted an update on",
    "set": "set",
    "remove": "removed",
    "withdraw": "withdrew",
    "propose to set": "proposed",
    "propose to withdraw": "proposed to withdraw",
    "approve": "approved",
    "reject": "rejected",
    "request": "asked for",
    "revoke": "took back",
    "attest": "attested",
    "state": "stated",
    "decide": "asked",
    "push": "reported",
    "record": "recorded",
    "select": "chose which runs count for",
    "deploy": "reported",
    "promote": "promoted",
    "roll back": "rolled back",
    "rehearse": "rehearsed a rollback of",
}
NOUNS = {
    "initiative": "the initiative",
    "target": "the target",
    "alias": "another name of a metric:",
    "baseline": "the plain baseline",
    "contribution": "the contribution",
    "attestation": "",
    "waiver": "a waiver of",
    "gate": "the gate",
    "runs": "runs",
    "dataset": "a version of the dataset",
    "deployment": "the deployment of",
    "model_version": "the model version",
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    icon: str
    who: str
    what: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of events, newest first; `older` is where the next page begins, None at the end."""

    events: list[Event]
    older: int | None


def timeline_of(initiative: Initiative, before: int | None = None) -> Timeline:
    """Return fifty events of an initiative, in one query; `before` is the `older` of the page before."""
    own = Q(object_key=initiative.key) | Q(object_key__startswith=f"{initiative.key} ")
    events = AuditEvent.objects.filter(own, workspace=initiative.workspace, object_kind__in=KINDS)
    events = events.select_related("token")
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.order_by("-id")[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return Timeline([event_of(each) for each in found[:PAGE]], older)


def event_of(event: AuditEvent) -> Event:
    """Return an audit event in words."""
    who = event.actor_name + (f" (token {event.token.name})" if event.token else "")
    return Event(ICONS.get(event.object_kind, "history"), who, _what(event), event.reason or _text(event), event.at)


def _what(event: AuditEvent) -> str:
    verb = VERBS.get(event.action, event.action)
    noun = NOUNS.get(event.object_kind, event.object_kind)
    return " ".join(part for part in (verb, noun, _detail(event)) if part).replace(" :", ":")


def _detail(event: AuditEvent) -> str:
    before, after = event.before, event.after
    if event.object_kind == "initiative":
        return _of_initiative(event.action, before, after)
    if event.object_kind == "target":
        return _target(after)
    if event.object_kind == "alias":
        found = after or before
        return f"{found.get('alias')} stands for {found.get('metric', before.get('metric'))}"
    if event.object_kind == "baseline":
        value = after.get("value")
        return f"{after.get('metric')} {figure(value) if isinstance(value, int | float) else value}"
    if event.object_kind == "gate":
        return f"about {after.get('commit') or after.get('candidate')}: {str(after.get('verdict')).replace('_', ' ')}"
    named = event.object_key.partition(" ")[2]
    return named or str((after or before).get("check") or (after or before).get("kpi") or "")


def _of_initiative(action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if action == "move":
        moved = [str(after[name]) for name in ("stage", "state") if name in after]
        return "to " + ", ".join(moved) + (f", as of {str(after['at'])[:10]}" if "at" in after else "")
    if action == "edit":
        return ": " + ", ".join(name.replace("_", " ") for name in after if name != "target_resolution")
    return str(after.get("health", "")).replace("_", " ") if action == "update" else ""


def _target(after: Mapping[str, Any]) -> str:
    upper = f" and {after['high']}" if after.get("high") is not None else ""
    part = f" on {after['slice']}" if after.get("slice") else ""
    return f"{after.get('metric')} {after.get('comparator')} {after.get('value')}{upper}{part}"


def _text(event: AuditEvent) -> str:
    return str(event.after.get("text", "")) if event.action == "update" else ""


def stage_changes_of(initiative: Initiative) -> list[StageChange]:
    """Return the last fifty moves between stages, newest first, without an opening that earlier moves have replaced."""
    moves = {each.pk: each for each in StageChange.objects.filter(initiative=initiative).select_related("actor")}
    ordered = in_order(each.move() for each in moves.values())
    return [moves[each.number] for each in reversed(ordered)][:PAGE]


def last_edit_of(workspace: Workspace, kind: str, key: str, field: str) -> AuditEvent | None:
    """Return who changed a field of an object last, in one query."""
    events = AuditEvent.objects.filter(workspace=workspace, object_kind=kind, object_key=key, after__has_key=field)
    return events.order_by("-id").first()
