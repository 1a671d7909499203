"""How a task's status, sprint, number and place change: the only writer of transitions, sprint moves and blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Max, QuerySet

from mltrack.accounts.models import User
from projects.models import Initiative, MoveKind, Sprint, SprintMove, Task, TaskBlock, TaskStatus, TaskTransition
from projects.progress.mirrored import Step
from projects.progress.ranks import LONGEST, between, spread


def next_number(initiative: Initiative) -> int:
    """Return the number of the initiative's next task, and hold the initiative until the end of the transaction."""
    Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=initiative.pk)
    last = Task.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def last_rank(workspace_id: int) -> str:
    """Return a rank below all of a workspace's tasks; two that are made at once may get the same one.

    Where ranks have grown long, all are spread anew first.
    """
    rank = _below_all(workspace_id)
    if len(rank) > LONGEST:
        _spread_anew(workspace_id)
        rank = _below_all(workspace_id)
    return rank


def last_ranks(workspace_id: int, count: int) -> list[str]:
    """Return so many ranks in order, below all of a workspace's tasks."""
    first = last_rank(workspace_id)
    return [first + each for each in spread(count)]


def _below_all(workspace_id: int) -> str:
    last = _ranked(workspace_id).aggregate(last=Max("rank"))["last"]
    return between(last or "", "")


def rank_beside(workspace_id: int, *, above: Task | None = None, below: Task | None = None, moved: int = 0) -> str:
    """Return a rank just above or below another task of the workspace, which the caller holds.

    `moved` is the row number of the task that goes there. Where ranks have grown long, all are spread anew first.
    """
    anchor = above or below
    if anchor is None:
        return last_rank(workspace_id)
    rank = _beside(workspace_id, anchor.pk, is_above=above is not None, moved=moved)
    if rank is None or len(rank) > LONGEST:
        _spread_anew(workspace_id)
        rank = _beside(workspace_id, anchor.pk, is_above=above is not None, moved=moved)
    return rank or last_rank(workspace_id)


def _beside(workspace_id: int, anchor: int, *, is_above: bool, moved: int) -> str | None:
    """Return a rank beside the anchor; None where its neighbour has the same rank, so that nothing lies between."""
    here = Task.objects.values_list("rank", flat=True).get(pk=anchor)
    others = _ranked(workspace_id).exclude(pk__in=(anchor, moved)).values_list("rank", flat=True)
    if others.filter(rank=here).exists():
        return None
    if is_above:
        return between(others.filter(rank__lt=here).order_by("-rank").first() or "", here)
    return between(here, others.filter(rank__gt=here).order_by("rank").first() or "")


def _spread_anew(workspace_id: int) -> None:
    tasks = list(_ranked(workspace_id).select_for_update(of=("self",)).order_by("rank", "pk").only("pk"))
    for task, rank in zip(tasks, spread(len(tasks)), strict=True):
        task.rank = rank
    Task.objects.bulk_update(tasks, ["rank"], batch_size=1_000)


def _ranked(workspace_id: int) -> QuerySet[Task]:
    return Task.objects.filter(initiative__workspace=workspace_id)


def turn(task: Task, status: str, at: datetime, actor: User | None) -> TaskTransition | None:
    """Set a task's status with the moments that follow from it; return the transition to keep, None for no change.

    What was begun once keeps its first start; what is opened again has no end any more. Nothing is written.
    """
    if status == task.status:
        return None
    row = TaskTransition(task=task, from_status=task.status, to_status=status, at=at, actor=actor)
    task.status = status
    if task.started_at is None and status == TaskStatus.DOING:
        task.started_at = at
    task.done_at = at if status == TaskStatus.DONE else None
    task.cancelled_at = at if status == TaskStatus.CANCELLED else None
    return row


def set_status(task: Task, status: str, at: datetime, actor: User | None) -> list[str]:
    """Set a held task's status as `turn` does, keep the transition, and return changed fields. The caller saves."""
    row = turn(task, status, at, actor)
    if row is None:
        return []
    row.save()
    return ["status", "started_at", "done_at", "cancelled_at"]


def shift(
    task: Task, sprint: Sprint | None, at: datetime, actor: User | None, kind: str = MoveKind.PLANNED
) -> SprintMove | None:
    """Set a task's sprint; return the move to keep, with the estimate of now, None for no change."""
    to = sprint.pk if sprint else None
    if to == task.sprint_id:
        return None
    row = SprintMove(
        task=task,
        from_sprint_id=task.sprint_id,
        to_sprint_id=to,
        at=at,
        kind=kind,
        estimate=task.estimate,
        actor=actor,
    )
    task.sprint = sprint
    return row


def set_sprint(
    task: Task, sprint: Sprint | None, at: datetime, actor: User | None, kind: str = MoveKind.PLANNED
) -> list[str]:
    """Set a held task's sprint as `shift` does, keep the move, and return changed fields. The caller saves."""
    row = shift(task, sprint, at, actor, kind)
    if row is None:
        return []
    row.save()
    return ["sprint"]


def keep_history(transitions: Iterable[TaskTransition], moves: Iterable[SprintMove]) -> None:
    """Keep what `turn` and `shift` returned of tasks that are stored by now."""
    TaskTransition.objects.bulk_create(list(transitions))
    SprintMove.objects.bulk_create(list(moves))


def set_blockers(task: Task, blockers: Collection[Task]) -> bool:
    """Set what a held task waits for, and say whether that changed."""
    return bool(set_all_blockers({task.pk: {each.pk for each in blockers}}))


def set_all_blockers(wanted: Mapping[int, Collection[int]]) -> set[int]:
    """Set what held tasks wait for, all by row numbers, and return those of which that changed."""
    rows = list(TaskBlock.objects.filter(task__in=wanted))
    gone = [row for row in rows if row.blocker_id not in wanted[row.task_id]]
    known = {(row.task_id, row.blocker_id) for row in rows}
    news = sorted({(task, each) for task, blockers in wanted.items() for each in blockers} - known)
    if gone:
        TaskBlock.objects.filter(pk__in=[row.pk for row in gone]).delete()
    TaskBlock.objects.bulk_create([TaskBlock(task_id=task, blocker_id=each) for task, each in news])
    return {row.task_id for row in gone} | {task for task, _ in news}


def replace_transitions(chains: Mapping[int, Sequence[Step]]) -> int:
    """Set the transitions of mirrored tasks, by row number, to what their tracker tells; return how many tasks changed.

    A tracker's history is its own: one that is told otherwise than before is the truer one.
    """
    known = known_transitions(list(chains))
    changed = [number for number, chain in chains.items() if known[number] != list(chain)]
    TaskTransition.objects.filter(task__in=changed).delete()
    TaskTransition.objects.bulk_create(
        TaskTransition(task_id=number, from_status=before, to_status=after, at=at)
        for number in changed
        for before, after, at in chains[number]
    )
    return len(changed)


def known_transitions(task_ids: Collection[int]) -> dict[int, list[Step]]:
    """Return the transitions of tasks in order, by row number."""
    found: dict[int, list[Step]] = {number: [] for number in task_ids}
    for each in TaskTransition.objects.filter(task__in=task_ids).order_by("id"):
        found[each.task_id].append((each.from_status, each.to_status, each.at))
    return found


def keep_moves(moves: Iterable[tuple[Task, int | None, datetime]]) -> None:
    """Keep that mirrored tasks went from a sprint, by row number, to the one they are in now."""
    SprintMove.objects.bulk_create(
        SprintMove(task=task, from_sprint_id=before, to_sprint_id=task.sprint_id, at=at, estimate=task.estimate)
        for task, before, at in moves
    )
