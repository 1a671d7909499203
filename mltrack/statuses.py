"""One shape, word and tone per state value, everywhere: colour is never the only sign. Pure.

The values are the words of the REST contract; `shape` names a symbol of the icon sprite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tone = Literal["ok", "warn", "bad", "mute", "info"]


@dataclass(frozen=True)
class Status:
    """How one value is shown: the sprite symbol, the word and the tone."""

    shape: str
    word: str | Promise
    tone: Tone


STATUSES: Final[dict[str, dict[str, Status]]] = {
    "verdict": {
        "ready": Status("s-check", _("Ready"), "ok"),
        "not_ready": Status("s-square", _("Not ready"), "bad"),
        "unknown": Status("s-unknown", _("Unknown"), "warn"),
    },
    "result": {
        "pass": Status("s-check", _("Pass"), "ok"),
        "fail": Status("s-square", _("Fail"), "bad"),
        "insufficient": Status("s-dashed", _("Insufficient"), "warn"),
        "stale": Status("s-hourglass", _("Stale"), "warn"),
        "missing": Status("s-ring", _("Missing"), "mute"),
        "waived": Status("s-diamond", _("Waived"), "info"),
        "not_applicable": Status("s-dash", _("Not applicable"), "mute"),
    },
    "decision": {
        "met": Status("s-check", _("Met"), "ok"),
        "missed": Status("s-square", _("Missed"), "bad"),
        "undecided": Status("s-dashed", _("Not proven yet"), "warn"),
    },
    "realised": {
        "moved": Status("s-check", _("Moved"), "ok"),
        "against": Status("s-down", _("Wrong way"), "bad"),
        "open": Status("s-dashed", _("No clear effect"), "warn"),
        "doubtful": Status("s-unknown", _("May be chance"), "warn"),
        "claimed": Status("s-diamond", _("Claimed"), "info"),
        "none": Status("s-ring", _("No credible answer"), "mute"),
    },
    "purpose": {
        "validation": Status("s-ring", _("Validation"), "mute"),
        "test": Status("s-dot", _("Test"), "info"),
        "shadow": Status("s-dashed", _("Shadow"), "mute"),
        "production": Status("s-stage-5", _("Production"), "ok"),
    },
    "lean": {
        "better": Status("s-up", _("Better"), "ok"),
        "not_worse": Status("s-check", _("Not worse"), "ok"),
        "open": Status("s-dashed", _("Too few cases to tell"), "warn"),
        "worse": Status("s-down", _("Worse"), "warn"),
        "beyond_margin": Status("s-square", _("Beyond the margin"), "bad"),
        "nothing": Status("s-ring", _("Nothing to compare"), "mute"),
        "hidden": Status("s-dash", _("Hidden"), "mute"),
    },
    "component": {
        "base": Status("s-dot", _("Live"), "mute"),
        "same": Status("s-check", _("Same"), "mute"),
        "changed": Status("s-diamond", _("Changed"), "info"),
        "unknown": Status("s-unknown", _("Unknown"), "warn"),
    },
    "carrying": {
        "carried": Status("s-check", _("Carried over"), "ok"),
        "unproven": Status("s-dashed", _("Carried, unproven"), "warn"),
        "stale": Status("s-hourglass", _("Stale"), "warn"),
        "ended": Status("s-ring", _("Ended"), "mute"),
    },
    "health": {
        "on_track": Status("s-dot", _("On track"), "ok"),
        "at_risk": Status("s-up", _("At risk"), "warn"),
        "off_track": Status("s-down", _("Off track"), "bad"),
        "no_data": Status("s-ring", _("No data"), "mute"),
    },
    "stage": {
        "framing": Status("s-stage-1", _("Framing"), "mute"),
        "data": Status("s-stage-2", _("Data"), "mute"),
        "modeling": Status("s-stage-3", _("Modeling"), "mute"),
        "integration": Status("s-stage-4", _("Integration"), "info"),
        "production": Status("s-stage-5", _("Production"), "ok"),
        "retired": Status("s-stage-6", _("Retired"), "mute"),
    },
    "state": {
        "active": Status("s-dot", _("Active"), "ok"),
        "paused": Status("s-pause", _("Paused"), "mute"),
        "cancelled": Status("s-cross", _("Cancelled"), "mute"),
    },
    "criticality": {
        "experiment": Status("s-level-1", _("Experiment"), "mute"),
        "standard": Status("s-level-2", _("Standard"), "mute"),
        "critical": Status("s-level-3", _("Critical"), "mute"),
    },
    "run": {
        "running": Status("s-running", _("Running"), "info"),
        "finished": Status("s-check", _("Finished"), "ok"),
        "failed": Status("s-square", _("Failed"), "bad"),
        "killed": Status("s-cross", _("Killed"), "mute"),
        "deleted": Status("s-dash", _("Deleted"), "mute"),
    },
    "attempt": {
        "queued": Status("s-ring", _("Queued"), "mute"),
        "running": Status("s-running", _("Running"), "info"),
        "done": Status("s-check", _("Done"), "ok"),
        "failed": Status("s-square", _("Failed"), "bad"),
    },
    "connection": {
        "ok": Status("s-dot", _("Working"), "ok"),
        "late": Status("s-hourglass", _("Late"), "warn"),
        "failing": Status("s-up", _("Failing"), "warn"),
        "stopped": Status("s-square", _("Stopped"), "bad"),
        "paused": Status("s-pause", _("Paused"), "mute"),
        "new": Status("s-ring", _("Not pulled yet"), "mute"),
        "syncing": Status("s-running", _("Pulling"), "info"),
        "resting": Status("s-dashed", _("Resting"), "warn"),
        "upload": Status("s-dash", _("By hand"), "mute"),
    },
    "task": {
        "todo": Status("s-ring", _("To do"), "mute"),
        "doing": Status("s-running", _("Doing"), "info"),
        "done": Status("s-check", _("Done"), "ok"),
        "cancelled": Status("s-cross", _("Cancelled"), "mute"),
    },
    "sprint": {
        "planned": Status("s-ring", _("Planned"), "mute"),
        "active": Status("s-running", _("Running"), "info"),
        "over": Status("s-hourglass", _("Over, still open"), "warn"),
        "closed": Status("s-check", _("Closed"), "mute"),
    },
    "priority": {
        "0": Status("s-dash", _("No priority"), "mute"),
        "1": Status("s-level-1", _("Low"), "mute"),
        "2": Status("s-level-2", _("Medium"), "mute"),
        "3": Status("s-level-3", _("High"), "warn"),
        "4": Status("s-square", _("Urgent"), "bad"),
    },
    "approval": {
        "proposed": Status("s-diamond", _("Proposed"), "warn"),
        "accepted": Status("s-check", _("Accepted"), "ok"),
        "rejected": Status("s-square", _("Rejected"), "bad"),
        "expired": Status("s-hourglass", _("Expired"), "mute"),
        "replaced": Status("s-dash", _("Replaced"), "mute"),
    },
    "attainment": {
        "met": Status("s-check", _("Met"), "ok"),
        "missed": Status("s-square", _("Missed"), "bad"),
        "ahead": Status("s-up", _("Ahead of pace"), "ok"),
        "on_pace": Status("s-dot", _("On pace"), "ok"),
        "behind": Status("s-down", _("Behind pace"), "warn"),
        "no_data": Status("s-ring", _("No readings"), "mute"),
    },
    "chance": {
        "arrived": Status("s-stage-5", _("In production"), "ok"),
        "ready": Status("s-check", _("Ready now"), "ok"),
        "likely": Status("s-dot", _("Likely"), "ok"),
        "even": Status("s-up", _("Even chance"), "warn"),
        "unlikely": Status("s-down", _("Not expected"), "bad"),
        "untold": Status("s-ring", _("No forecast"), "mute"),
    },
    "alert": {
        "open": Status("s-up", _("Open"), "warn"),
        "closed": Status("s-check", _("Closed"), "mute"),
    },
    "finding": {
        "open": Status("s-up", _("Open"), "warn"),
        "acknowledged": Status("s-running", _("Acknowledged"), "info"),
        "closed": Status("s-check", _("Closed"), "mute"),
    },
    "severity": {
        "info": Status("s-dot", _("Information"), "info"),
        "warning": Status("s-up", _("Warning"), "warn"),
        "critical": Status("s-square", _("Critical"), "bad"),
    },
    "mark": {
        "release": Status("s-up", _("Release"), "ok"),
        "stage": Status("s-square", _("Stage"), "mute"),
        "goal": Status("s-diamond", _("Goal changed"), "warn"),
        "note": Status("s-dot", _("Note"), "info"),
    },
}

_UNSEEN: Final = "s-unknown"


def status_of(kind: str, value: str) -> Status:
    """Return how `value` of `kind` is shown; a value that nobody mapped is shown as its own word.

    Raises KeyError for a kind that does not exist, which is a mistake of the template.
    """
    known = STATUSES[kind].get(value)
    if known is not None:
        return known
    return Status(_UNSEEN, (value or "none").replace("_", " ").capitalize(), "mute")
