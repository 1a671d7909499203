"""Sprints with what is in them, and the facts of one sprint's burn-up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from mltrack.accounts.models import Workspace
from projects.models import MoveKind, Sprint, SprintMove, Task, TaskStatus, TaskTransition
from projects.progress.delivery.facts import Change, TaskFact
from projects.progress.delivery.sprint_burnup import Move, SprintTask

MOST_SPRINTS: Final = 100
_COUNTED: Final = Q(tasks__deleted_at=None) & ~Q(tasks__status=TaskStatus.CANCELLED)
_DONE: Final = _COUNTED & Q(tasks__status=TaskStatus.DONE)


@dataclass(frozen=True, slots=True)
class SprintRow:
    """A sprint in a list. Estimates are sums of those that tasks have; cancelled tasks count nowhere."""

    sprint: Sprint
    state: str
    tasks: int
    done: int
    estimate: Decimal | None
    done_estimate: Decimal | None


def sprint_rows(workspace: Workspace, today: date) -> list[SprintRow]:
    """Return the newest hundred sprints with how far they are, the latest first, in one query."""
    sprints = Sprint.objects.filter(workspace=workspace).select_related("connection")
    counted = sprints.annotate(
        total=Count("tasks", filter=_COUNTED),
        finished=Count("tasks", filter=_DONE),
        points=Sum("tasks__estimate", filter=_COUNTED),
        done_points=Sum("tasks__estimate", filter=_DONE),
    )
    return [
        SprintRow(each, each.state(today), each.total, each.finished, each.points, each.done_points)
        for each in counted.order_by("-starts_on", "-pk")[:MOST_SPRINTS]
    ]


def sprint_facts(sprint: Sprint) -> list[SprintTask]:
    """Return every task that is or was in a sprint with its transitions and moves, in three queries.

    A mirrored task whose tracker tells no move counts as in the sprint since it was created.
    """
    ever = SprintMove.objects.filter(Q(to_sprint=sprint) | Q(from_sprint=sprint)).values("task")
    steps = Prefetch("transitions", TaskTransition.objects.order_by("at", "pk"), to_attr="steps")
    tasks = Task.objects.filter(Q(sprint=sprint) | Q(pk__in=ever)).select_related("initiative").defer("body")
    moves: dict[int, list[Move]] = defaultdict(list)
    for move in _moves(sprint):
        moves[move.task_id].append(
            Move(move.at, move.to_sprint_id == sprint.pk, rolled_over=move.kind == MoveKind.ROLLED_OVER)
        )
    return [_fact(each, moves[each.pk]) for each in tasks.prefetch_related(steps).order_by("pk")]


def _moves(sprint: Sprint) -> QuerySet[SprintMove]:
    return SprintMove.objects.filter(Q(to_sprint=sprint) | Q(from_sprint=sprint)).order_by("at", "pk")


def _fact(task: Any, moves: list[Move]) -> SprintTask:
    fact = TaskFact(
        key=task.key,
        status=task.status,
        created_at=task.created_at,
        type=task.type,
        estimate=None if task.estimate is None else float(task.estimate),
        started_at=task.started_at,
        done_at=task.done_at,
        changes=tuple(Change(each.at, each.to_status) for each in task.steps),
        deleted_at=task.deleted_at,
    )
    return SprintTask(fact, tuple(moves) or (Move(task.created_at, enters=True),))
