"""One task with what it waits for and how it came to where it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mltrack.accounts.models import User
from projects.models import MoveKind, SprintMove, Task, TaskBlock, TaskTransition

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One step of a task's history, as the timeline shows it."""

    icon: str
    who: str
    what: str | Promise
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """What the page shows beside the task's own fields."""

    waits_for: tuple[Task, ...]
    blocks: tuple[Task, ...]
    events: tuple[TaskEvent, ...]


def task_history(task: Task) -> TaskHistory:
    """Return what a task waits for, what waits for it, and its transitions and moves, newest first; four queries."""
    blockers = TaskBlock.objects.filter(task=task, blocker__deleted_at=None)
    blocked = TaskBlock.objects.filter(blocker=task, task__deleted_at=None)
    steps = TaskTransition.objects.filter(task=task).select_related("actor").order_by("-at", "-pk")[:MOST_EVENTS]
    moves = SprintMove.objects.filter(task=task).select_related("actor", "from_sprint", "to_sprint")
    events = [_step(task, each) for each in steps]
    events += [_move(task, each) for each in moves.order_by("-at", "-pk")[:MOST_EVENTS]]
    return TaskHistory(
        tuple(each.blocker for each in blockers.select_related("blocker__initiative").order_by("pk")),
        tuple(each.task for each in blocked.select_related("task__initiative").order_by("pk")),
        tuple(sorted(events, key=lambda each: (each.at, each.icon != "plus"), reverse=True)),
    )


def _who(actor: User | None, task: Task) -> str:
    """Say who did it: of what nobody here did, the tracker of a mirrored task, and MLTrack itself of ours."""
    return str(actor or (_("The tracker") if task.is_mirrored else "MLTrack"))


def _step(task: Task, step: TaskTransition) -> TaskEvent:
    words = {
        "todo": _("opened it again") if step.from_status else _("made the task"),
        "doing": _("began with it"),
        "done": _("set it to done"),
        "cancelled": _("cancelled it"),
    }
    icon = "circle-check" if step.to_status == "done" else "plus" if not step.from_status else "play"
    return TaskEvent(icon, _who(step.actor, task), words[step.to_status], step.at)


def _move(task: Task, move: SprintMove) -> TaskEvent:
    names = {
        "from": move.from_sprint.name if move.from_sprint else _("the backlog"),
        "to": move.to_sprint.name if move.to_sprint else _("the backlog"),
    }
    rolled = move.kind == MoveKind.ROLLED_OVER
    words = _("rolled it over from %(from)s to %(to)s") if rolled else _("moved it from %(from)s to %(to)s")
    return TaskEvent("calendar", _who(move.actor, task), words % names, move.at)
