"""Tasks as their tracker tells them: the only writer of mirrored tasks. Nothing here is asked of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models.functions import Now
from django.utils import timezone

from mltrack.accounts.models import User
from projects.connectors.task_records import TaskRecord
from projects.models import Connection, Initiative, Sprint, Task
from projects.progress.delivery_words import guessed_status, guessed_type, meaning_of
from projects.progress.mirrored import TODO, History, Seen, observed_history, told_history
from projects.services.sent_tasks import adopt_marked
from projects.services.task_writing import (
    keep_moves,
    known_transitions,
    last_ranks,
    next_number,
    replace_transitions,
    set_all_blockers,
)
from projects.services.texts import is_web_address

LONGEST_WORD: Final = 120
LONGEST_BODY: Final = 20_000
MOST_BLOCKERS: Final = 200
_CENT: Final = Decimal("0.01")
_WRITTEN: Final = (
    *("title", "body", "type", "status", "sprint_id", "assignee_id", "estimate", "priority", "due_on"),
    *("created_at", "started_at", "done_at", "cancelled_at"),
    *("external_status", "external_type", "external_blockers", "url", "deleted_at"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """The mapping of a connection: the tracker's words for statuses and types, and what they are here."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Words:
        """Return what a connection's options say."""
        return cls(connection.options.get("statuses", {}), connection.options.get("types", {}))

    def status(self, word: str) -> str:
        """Return our status for a word; what nobody knows is still to do."""
        return meaning_of(word, self.statuses, guessed_status(word)) or TODO

    def type(self, word: str) -> str:
        """Return our type for a word, "" for one that nobody knows."""
        return meaning_of(word, self.types, guessed_type(word)) or ""


@dataclass(frozen=True, slots=True)
class _Place:
    """What records refer to by names of the tracker, found once a page."""

    words: Words
    sprints: Mapping[str, int]
    people: Mapping[str, int]


def record_tasks(connection: Connection, initiative: Initiative, records: Sequence[TaskRecord]) -> int:
    """Store tasks with their history in the caller's transaction; return how many were made or changed.

    A task keeps the initiative and number that it was first given. Nothing is written of one that is the same.
    """
    wanted = {each.external_id: each for each in records}
    if not wanted:
        return 0
    adopt_marked(connection, records)
    place = _place(connection, wanted.values())
    held = Task.objects.select_for_update(no_key=True).filter(connection=connection, external_id__in=wanted)
    known = {each.external_id: each for each in held.order_by("pk")}
    chains = known_transitions([each.pk for each in known.values()])
    histories = {
        name: _history(place.words, record, known.get(name), chains.get(known[name].pk, []) if name in known else [])
        for name, record in wanted.items()
    }
    moves: list[tuple[Task, int | None, datetime]] = []
    changed: set[str] = set()
    edited: list[Task] = []
    for name, task in known.items():
        fields = _fields(place, wanted[name], histories[name])
        fields["type"] = _type_of(task, fields["type"])
        if any(getattr(task, each) != value for each, value in fields.items()):
            if task.sprint_id != fields["sprint_id"]:
                moves.append((task, task.sprint_id, wanted[name].updated_at))
            _assign(task, fields)
            task.version, task.updated_at = task.version + 1, timezone.now()
            edited.append(task)
            changed.add(name)
    Task.objects.bulk_update(edited, [*_WRITTEN, "version", "updated_at"])
    fresh = [name for name in wanted if name not in known]
    for task in _made(
        connection, initiative, [(_fields(place, wanted[each], histories[each]), each) for each in fresh]
    ):
        known[task.external_id] = task
        if task.sprint_id is not None:
            moves.append((task, None, task.created_at))
    keep_moves(moves)
    replace_transitions({known[name].pk: history.chain for name, history in histories.items()})
    _block(connection, known)
    return len(changed) + len(fresh)


def mark_gone(connection: Connection, gone: Collection[str], present: Collection[str] | None) -> int:
    """Mark tasks that their tracker has no more, and take the mark from those that it has; return how many changed.

    `gone` are external ids, `present` is None, or the external ids of all tasks that are there.
    """
    ours = Task.objects.filter(connection=connection)
    away = {"deleted_at": Now(), "updated_at": Now()}
    changed = ours.filter(external_id__in=gone, deleted_at=None).update(**away) if gone else 0
    if present is not None:
        changed += ours.filter(deleted_at=None).exclude(external_id__in=present).update(**away)
        back = ours.filter(external_id__in=present).exclude(deleted_at=None)
        changed += back.exclude(external_id__in=gone).update(deleted_at=None, updated_at=Now())
    return changed


def remap_tasks(connection: Connection) -> int:
    """Give a connection's tasks the statuses and types that its mapping says now; return how many changed.

    The last step of each history is put right: the words have changed, and not the tasks.
    """
    words = Words.of(connection)
    changed: list[Task] = []
    chains: dict[int, Sequence[Any]] = {}
    tasks = Task.objects.select_for_update(no_key=True).filter(connection=connection).order_by("pk")
    for task in tasks:
        status, kind = words.status(task.external_status), _type_of(task, words.type(task.external_type))
        if (status, kind) != (task.status, task.type):
            changed.append(task)
            task.version += 1
            task.type = kind
            if status != task.status:
                chains[task.pk] = ()
    known = known_transitions(list(chains))
    for task in changed:
        if task.pk in chains:
            seen = Seen(words.status(task.external_status), task.created_at, task.updated_at)
            before = History(tuple(known[task.pk]), task.started_at, None, None)
            history = observed_history(seen, before, is_same_word=True)
            task.status, chains[task.pk] = seen.status, history.chain
            task.done_at, task.cancelled_at = history.done_at, history.cancelled_at
    Task.objects.bulk_update(changed, ["status", "type", "done_at", "cancelled_at", "version"], batch_size=1_000)
    replace_transitions(chains)
    return len(changed)


def follow_initiative(connection: Connection) -> set[int]:
    """Take a connection's tasks to its initiative, each with a new number; return the initiatives they left.

    Those that a check opened stay with the check's initiative.
    """
    initiative = connection.initiative
    if initiative is None:
        return set()
    ours = Task.objects.select_for_update(no_key=True).filter(connection=connection, is_from_check=False)
    moved = list(ours.exclude(initiative=initiative))
    left = {each.initiative_id for each in moved}
    if not moved:
        return left
    number = next_number(initiative)
    for place, task in enumerate(sorted(moved, key=lambda each: (each.initiative_id, each.number))):
        task.initiative, task.number = initiative, number + place
        task.version += 1
    Task.objects.bulk_update(moved, ["initiative", "number", "version"], batch_size=1_000)
    return left


def _place(connection: Connection, records: Iterable[TaskRecord]) -> _Place:
    emails = {each.assignee_email.lower() for each in records if each.assignee_email}
    people = User.objects.filter(memberships__workspace=connection.workspace_id, email__in=emails) if emails else ()
    sprints = Sprint.objects.filter(connection=connection).values_list("external_id", "pk")
    return _Place(Words.of(connection), dict(sprints), {each.email.lower(): each.pk for each in people})


def _history(words: Words, record: TaskRecord, task: Task | None, chain: Sequence[Any]) -> History:
    told = record.transitions
    seen = Seen(
        status=words.status(record.status),
        created_at=record.created_at,
        updated_at=record.updated_at,
        told=None if told is None else [(each.at, words.status(each.status)) for each in told],
        started_at=record.started_at,
        ended_at=record.done_at,
    )
    if told is not None or task is None:
        return told_history(seen)
    known = History(tuple(chain), task.started_at, task.done_at, task.cancelled_at)
    return observed_history(seen, known, is_same_word=task.external_status == record.status[:LONGEST_WORD])


def _fields(place: _Place, record: TaskRecord, history: History) -> dict[str, Any]:
    words = place.words
    estimate = None if record.estimate is None else Decimal(str(record.estimate)).quantize(_CENT)
    return {
        "title": record.title,
        "body": record.body[:LONGEST_BODY],
        "type": words.type(record.type),
        "status": words.status(record.status),
        "sprint_id": place.sprints.get(record.sprint),
        "assignee_id": place.people.get(record.assignee_email.lower()),
        "estimate": estimate,
        "priority": record.priority or 0,
        "due_on": record.due_on,
        "created_at": record.created_at,
        "started_at": history.started_at,
        "done_at": history.done_at,
        "cancelled_at": history.cancelled_at,
        "external_status": record.status[:LONGEST_WORD],
        "external_type": record.type[:LONGEST_WORD],
        "external_blockers": sorted(set(record.blocked_by))[:MOST_BLOCKERS],
        "url": record.url if is_web_address(record.url) and len(record.url) <= 1_000 else "",
        "deleted_at": None,
    }


def _type_of(task: Task, told: str) -> str:
    """Return the type of a task: one that a check opened keeps its own where the tracker tells none."""
    return told or (task.type if task.is_from_check else "")


def _assign(task: Task, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(task, name, value)


def _made(
    connection: Connection, initiative: Initiative, fresh: Sequence[tuple[Mapping[str, Any], str]]
) -> Sequence[Task]:
    """Return new tasks at the end of the board."""
    if not fresh:
        return ()
    number, ranks = next_number(initiative), last_ranks(initiative.workspace_id, len(fresh))
    tasks = [
        Task(
            initiative=initiative,
            connection=connection,
            external_id=name,
            number=number + place,
            rank=ranks[place],
            **fields,
        )
        for place, (fields, name) in enumerate(fresh)
    ]
    return Task.objects.bulk_create(tasks)


def _block(connection: Connection, known: Mapping[str, Task]) -> None:
    """Set what tasks of this page wait for, and what of earlier pages waited for one of this page."""
    ours = Task.objects.filter(connection=connection)
    waiting = {each.pk: each.external_blockers for each in known.values()}
    others = ours.filter(external_blockers__has_any_keys=list(known)).exclude(pk__in=waiting)
    waiting |= dict(others.values_list("pk", "external_blockers"))
    named = {name for names in waiting.values() for name in names}
    numbers = dict(ours.filter(external_id__in=named).values_list("external_id", "pk"))
    set_all_blockers(
        {
            number: {numbers[name] for name in names if name in numbers and numbers[name] != number}
            for number, names in waiting.items()
        }
    )
