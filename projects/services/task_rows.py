"""How pushed tasks are stored: many at once, in a bounded number of statements, with the history that they tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils import timezone

from mltrack.accounts.models import User
from projects.models import Initiative, SprintMove, Task, TaskStatus, TaskTransition
from projects.services.due import note_due
from projects.services.outcomes import Fault, Outcome, State
from projects.services.task_blocks import Node, blockers_in, circle, edges_of
from projects.services.task_fields import EDITABLE
from projects.services.task_history import begin, go_on, meant_status
from projects.services.task_input import TaskInput
from projects.services.task_names import names_of, number_in
from projects.services.task_writing import keep_history, last_ranks, next_number, set_all_blockers, shift

_STORED: Final = (
    *(name for name in EDITABLE if name != "blocked_by"),
    *("external_id", "url", "created_at", "started_at", "done_at", "cancelled_at"),
)


@dataclass(frozen=True, slots=True)
class TaskOutcome(Outcome):
    """What became of one pushed task, with its key where it was stored."""

    key: str = ""


@dataclass(slots=True)
class _Entry:
    """A task that the batch touches, and what is to be written of it."""

    task: Task
    is_new: bool
    is_changed: bool = False
    waits_for: set[Node] | None = None
    transitions: list[TaskTransition] = field(default_factory=list)
    moves: list[SprintMove] = field(default_factory=list)

    def told(self) -> list[object]:
        """Return what is stored of the task."""
        return [getattr(self.task, name) for name in _STORED]


def record_tasks(
    initiative: Initiative, inputs: Sequence[TaskInput], *, actor: User | None = None
) -> list[TaskOutcome]:
    """Upsert tasks by key, else by external id, in the caller's transaction; return an outcome each, in order.

    One without either is new. What an input does not give stays. Moments are kept as they are told, also those that
    contradict each other; the transitions of a new task are derived from them. The number of statements does not grow
    with the inputs.
    """
    batch = _Batch(initiative, inputs, actor)
    rejected = batch.rejected()
    outcomes = [
        TaskOutcome(each.external_id, "rejected", rejected[place]) if place in rejected else batch.take(place, each)
        for place, each in enumerate(inputs)
    ]
    batch.write()
    return outcomes


class _Batch:
    """One call. The initiative is held, so that it has one writer of numbers and external ids at a time."""

    def __init__(self, initiative: Initiative, inputs: Sequence[TaskInput], actor: User | None) -> None:
        self.initiative, self.inputs, self.actor = initiative, inputs, actor
        self.next_number, self.now = next_number(initiative), timezone.now()
        self.names = names_of(initiative, inputs)
        self.edges = edges_of(initiative) if any(each.blocked_by is not None for each in inputs) else {}
        self.blockers: dict[int, set[Node]] = {}
        self.by_key: dict[str, _Entry] = {}
        self.by_external_id: dict[str, _Entry] = {}
        self.by_node: dict[Node, _Entry] = {}
        self.claims: dict[str, str] = {}
        for task in _known(initiative, inputs):
            self._add(task.pk, _Entry(task, is_new=False))

    def _add(self, node: Node, entry: _Entry) -> None:
        self.by_node[node] = self.by_key[entry.task.key] = entry
        if entry.task.external_id and entry.task.connection_id is None:
            self.by_external_id[entry.task.external_id] = entry

    def _found(self, given: TaskInput) -> _Entry | None:
        return self.by_key.get(given.key) if given.key else self.by_external_id.get(given.external_id)

    def rejected(self) -> dict[int, Sequence[Fault]]:
        """Return what is wrong, by place. A task that waits for a new one which is rejected is rejected too."""
        found = {place: faults for place, each in enumerate(self.inputs) if (faults := self._faults(each))}
        while more := self._circles(found):
            found |= more
        return dict(found)

    def _faults(self, given: TaskInput) -> list[Fault]:
        entry, (_, faults) = self._found(given), self.names.resolved(given)
        if given.key and entry is None:
            faults.append(Fault("/key", "invalid", f"There is no task {given.key} in this initiative."))
        if entry is not None and entry.task.is_mirrored:
            faults.append(Fault("/key", "invalid", f"{given.key} is mirrored from a tracker and read-only here."))
        other = self.by_external_id.get(given.external_id)
        if entry is not None and other is not None and other is not entry:
            faults.append(Fault("/external_id", "invalid", f"{other.task.key} has this external id."))
        elif given.external_id and self.claims.setdefault(given.external_id, given.key) != given.key:
            faults.append(Fault("/external_id", "invalid", "This batch gives the external id to another task."))
        if entry is None and not given.key and "title" not in given.fields:
            faults.append(Fault("/title", "required", "This is needed."))
        if entry is not None and entry.task.is_from_check:
            kept = given.fields.get("check_id", entry.task.check_id) == entry.task.check_id
            faults += [] if kept else [Fault("/check", "invalid", "The check that opened a task stays with it.")]
        status = meant_status(given, entry.task.status if entry else "")
        if given.times.get("done_at") and status != TaskStatus.DONE:
            faults.append(Fault("/done_at", "invalid", "Only a task that is done has a done_at."))
        return faults

    def _circles(self, rejected: Collection[int]) -> dict[int, list[Fault]]:
        """Return what is wrong with who waits for whom among the inputs that are not rejected, and keep the rest."""
        nodes = {place: self._node(place, each) for place, each in enumerate(self.inputs) if place not in rejected}
        new = {self.inputs[place].external_id: node for place, node in nodes.items() if self.inputs[place].external_id}
        edges, wrong = dict(self.edges), {}
        self.blockers = {}
        for place, node in nodes.items():
            words = self.inputs[place].blocked_by
            if words is None:
                continue
            waits_for, faults = blockers_in(words, self.names.tasks, new)
            faults = faults or circle(node, waits_for, edges)
            if faults:
                wrong[place] = faults
            else:
                edges[node] = self.blockers[place] = waits_for
        return wrong

    def _node(self, place: int, given: TaskInput) -> Node:
        entry = self._found(given)
        return entry.task.pk if entry else given.external_id or f"\0{place}"

    def take(self, place: int, given: TaskInput) -> TaskOutcome:
        """Make the changes of one input in memory, and say what became of it."""
        entry = self._found(given)
        if entry is None:
            entry = self._begun(place, given)
            state: State = "created"
        else:
            before, waited = entry.told(), self._waits(entry)
            self._change(entry, given)
            entry.transitions += go_on(entry.task, given, self.now, self.actor)
            self._tell(place, entry, given)
            state = "updated" if before != entry.told() or waited != self._waits(entry) else "unchanged"
        entry.is_changed = entry.is_changed or state != "unchanged"
        return TaskOutcome(given.external_id, state, key=entry.task.key)

    def _begun(self, place: int, given: TaskInput) -> _Entry:
        made = given.times.get("created_at") or self.now
        task = Task(initiative=self.initiative, number=self.next_number, created_at=made)
        self.next_number += 1
        entry = _Entry(task, is_new=True)
        self._change(entry, given)
        entry.transitions += begin(task, given, self.now, self.actor)
        self._tell(place, entry, given)
        self._add(given.external_id or f"\0{place}", entry)
        return entry

    def _change(self, entry: _Entry, given: TaskInput) -> None:
        """Set what has no history, then the sprint with its move."""
        task, (values, _) = entry.task, self.names.resolved(given)
        sprint = values.pop("sprint", task.sprint)
        for name, value in {**given.fields, **values}.items():
            if name != "status":
                setattr(task, name, value)
        task.external_id = given.external_id or task.external_id
        is_told = entry.is_new and "created_at" in given.times
        move = shift(task, sprint, task.created_at if is_told else self.now, None if is_told else self.actor)
        entry.moves += [move] if move else []

    def _tell(self, place: int, entry: _Entry, given: TaskInput) -> None:
        """Set the moments that are told, and what it waits for."""
        for name, moment in given.times.items():
            setattr(entry.task, name, moment)
        if place in self.blockers:
            entry.waits_for = self.blockers[place]

    def _waits(self, entry: _Entry) -> set[Node]:
        return self.edges.get(entry.task.pk, set()) if entry.waits_for is None else entry.waits_for

    def write(self) -> None:
        """Write what was taken."""
        entries = list(self.by_node.values())
        new = [each.task for each in entries if each.is_new]
        old = [each.task for each in entries if each.is_changed and not each.is_new]
        if not new and not old:
            return
        if new:
            for task, rank in zip(new, last_ranks(self.initiative.workspace_id, len(new)), strict=True):
                task.rank = rank
            Task.objects.bulk_create(new)
        if old:
            for task in old:
                task.version += 1
            fields = [*_STORED, "version", "updated_at"]
            Task.objects.bulk_create(old, update_conflicts=True, unique_fields=["id"], update_fields=fields)
        keep_history([row for each in entries for row in each.transitions], [row for e in entries for row in e.moves])
        waiting = {each.task.pk: self._rows(each.waits_for) for each in entries if each.waits_for is not None}
        if waiting:
            set_all_blockers(waiting)
        note_due([self.initiative.pk], "tasks")

    def _rows(self, nodes: set[Node]) -> set[int]:
        """Return the row numbers of tasks, now that all have one."""
        return {each if isinstance(each, int) else self.by_node[each].task.pk for each in nodes}


def _known(initiative: Initiative, inputs: Sequence[TaskInput]) -> list[Task]:
    """Return the tasks that the inputs name, held until the end of the transaction."""
    names = {each.external_id for each in inputs if each.external_id}
    numbers = {number for each in inputs if each.key and (number := number_in(initiative, each.key)) is not None}
    if not names and not numbers:
        return []
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("sprint", "assignee")
    named = Q(number__in=numbers) | Q(external_id__in=names, connection=None)
    found = list(rows.filter(named, initiative=initiative).order_by("pk"))
    for task in found:
        task.initiative = initiative
    return found
