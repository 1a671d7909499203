"""Pages of tasks: what a tracker tells is kept with its history, twice is once, and what is gone is put away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.access import Principal
from projects.connectors.base import ConnectorError
from projects.connectors.task_records import SprintRecord, TaskPage, TaskRecord, TransitionRecord
from projects.models import (
    Connection,
    JudgeDue,
    Sprint,
    SprintMove,
    SyncAttempt,
    Task,
    TaskBlock,
    TaskStatus,
    TaskTransition,
    TaskType,
)
from projects.progress.delivery_words import STATUSES, TYPES
from projects.services.attempts import note_page
from projects.services.connections import delete_connection, edit_connection
from projects.services.pages import Stored
from projects.services.sprints import edit_sprint
from projects.services.task_pages import record_task_page
from projects.services.tasks import edit_task
from tests.factories import make_connection, make_initiative, make_workspace

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def connection(owner: Principal) -> Connection:
    """A tracker of the initiative CHURN."""
    made = make_connection(owner, initiative=make_initiative(owner))
    made.kind = "roundup"
    made.save()
    return made


def record(number: int = 1, **fields: Any) -> TaskRecord:
    """Return a task that was made at noon and changed a day later."""
    given = {"status": "in-progress", "created_at": NOON, "updated_at": NOON + DAY, **fields}
    return TaskRecord(str(number), given.pop("title", f"Work {number}"), **given)


def pull(connection: Connection, *tasks: TaskRecord, **fields: Any) -> Stored:
    """Record one page."""
    return record_task_page(connection, TaskPage(tasks=tasks, **fields))


def steps(task: Task) -> list[tuple[str, str, datetime]]:
    """Return a task's transitions in order."""
    rows = TaskTransition.objects.filter(task=task).order_by("id")
    return [(each.from_status, each.to_status, each.at) for each in rows]


def test_the_pure_words_are_those_of_the_tables() -> None:
    assert tuple(TaskStatus.values) == STATUSES and tuple(TaskType.values) == TYPES


def test_what_a_tracker_tells_is_kept(connection: Connection, owner: Principal) -> None:
    assert owner.user is not None
    told = [TransitionRecord(NOON + DAY, "In Progress"), TransitionRecord(NOON + 2 * DAY, "Resolved")]
    sprint = SprintRecord("7", "Sprint 7", date(2026, 11, 2), date(2026, 11, 15), "Ship it")
    whole = record(
        1, status="Resolved", type="Annotation", body="<b>Body</b>", sprint="7", estimate=2.5, priority=3,
        due_on=date(2026, 11, 9), done_at=NOON + 2 * DAY, transitions=told, url="https://tracker.example/1",
        assignee_email=owner.user.email.upper(), blocked_by=["2", "9"],
    )  # fmt: skip
    stored = pull(connection, whole, record(2, status="unread"), sprints=[sprint])
    assert (stored.rows, stored.rejected, stored.changed) == (3, 0, True)
    task = Task.objects.get(external_id="1")
    assert (task.key, task.title, task.body, task.type, task.status) == (
        "CHURN-1",
        "Work 1",
        "<b>Body</b>",
        "labeling",
        "done",
    )
    assert (task.estimate, task.priority, task.due_on, task.assignee) == (
        Decimal("2.50"),
        3,
        date(2026, 11, 9),
        owner.user,
    )
    assert (task.external_status, task.external_type, task.url) == (
        "Resolved",
        "Annotation",
        "https://tracker.example/1",
    )
    assert (task.created_at, task.started_at, task.done_at) == (NOON, NOON + DAY, NOON + 2 * DAY)
    assert steps(task) == [
        ("", "todo", NOON), ("todo", "doing", NOON + DAY), ("doing", "done", NOON + 2 * DAY)
    ]  # fmt: skip
    assert task.sprint is not None and (task.sprint.name, task.sprint.goal) == ("Sprint 7", "Ship it")
    move = SprintMove.objects.get()
    assert (move.to_sprint, move.from_sprint, move.at, move.estimate) == (task.sprint, None, NOON, Decimal("2.50"))
    block = TaskBlock.objects.get()
    assert (block.task.external_id, block.blocker.external_id) == ("1", "2")
    assert JudgeDue.objects.get().reason == "tasks mirrored"


def test_the_same_page_twice_writes_nothing(connection: Connection) -> None:
    sprint = SprintRecord("7", "Sprint 7", is_closed=True)
    tasks = [record(number, sprint="7", blocked_by=["1"]) for number in range(1, 6)]
    pull(connection, *tasks, sprints=[sprint])
    JudgeDue.objects.all().delete()
    before = [each.version for each in Task.objects.order_by("pk")]
    assert pull(connection, *tasks, sprints=[sprint], present_ids=[each.external_id for each in tasks]) == Stored(
        0, 0, False
    )
    assert [each.version for each in Task.objects.order_by("pk")] == before
    assert (SprintMove.objects.count(), TaskTransition.objects.count(), JudgeDue.objects.count()) == (5, 10, 0)


def test_a_page_takes_a_fixed_number_of_queries(connection: Connection) -> None:
    pull(connection, record(1))
    counts = []
    for size in (10, 60):
        with CaptureQueriesContext(
            database,
        ) as seen:
            pull(connection, *(record(size * 100 + number, blocked_by=["1"]) for number in range(size)))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 32
    assert len(set(Task.objects.values_list("rank", flat=True))) == 71


def test_statuses_that_are_merely_seen_have_no_sure_beginning(connection: Connection) -> None:
    pull(connection, record(1), record(2, status="resolved"), record(3, status="deferred"))
    found = {each.external_id: (each.status, each.started_at, each.done_at) for each in Task.objects.all()}
    assert found == {"1": ("doing", None, None), "2": ("done", None, None), "3": ("todo", None, None)}
    later = NOON + 3 * DAY
    pull(
        connection,
        *(record(number, status=word, updated_at=later) for number, word in ((1, "resolved"), (3, "testing"))),
    )
    found = {each.external_id: (each.status, each.started_at, each.done_at) for each in Task.objects.all()}
    assert found == {"1": ("done", None, later), "2": ("done", None, None), "3": ("doing", later, None)}
    assert steps(Task.objects.get(external_id="1"))[-1] == ("doing", "done", later)


def test_a_history_that_is_told_otherwise_is_the_truer_one(connection: Connection) -> None:
    pull(connection, record(1, transitions=[TransitionRecord(NOON + DAY, "In Progress")]))
    told = [TransitionRecord(NOON + DAY / 2, "In Progress"), TransitionRecord(NOON + DAY, "Closed")]
    pull(connection, record(1, status="Closed", transitions=[*told, TransitionRecord(NOON + 2 * DAY, "Closed")]))
    assert steps(Task.objects.get()) == [
        ("", "todo", NOON), ("todo", "doing", NOON + DAY / 2), ("doing", "done", NOON + DAY)
    ]  # fmt: skip


def test_a_task_that_moves_between_sprints_leaves_its_moves(connection: Connection) -> None:
    sprints = [SprintRecord(str(number), f"Sprint {number}") for number in (1, 2)]
    pull(connection, record(1, sprint="1", estimate=3), sprints=sprints)
    pull(connection, record(1, sprint="2", estimate=5, updated_at=NOON + 2 * DAY))
    pull(connection, record(1, sprint="", estimate=5, updated_at=NOON + 3 * DAY))
    rows = SprintMove.objects.order_by("id")
    found = [(each.from_sprint, each.to_sprint, each.at, each.estimate) for each in rows]
    first, second = Sprint.objects.order_by("external_id")
    assert found == [
        (None, first, NOON, Decimal(3)),
        (first, second, NOON + 2 * DAY, Decimal(5)),
        (second, None, NOON + 3 * DAY, Decimal(5)),
    ]


def test_sprints_change_and_close_with_their_tracker(connection: Connection) -> None:
    odd = SprintRecord("1", "Odd", date(2026, 11, 9), date(2026, 11, 2))
    over = SprintRecord("2", "Over", date(2026, 10, 1), date(2026, 10, 14), is_closed=True)
    assert pull(connection, sprints=[odd, over]).rows == 2
    found = {each.name: (each.starts_on, each.closed_at) for each in Sprint.objects.all()}
    assert found == {"Odd": (None, None), "Over": (date(2026, 10, 1), datetime(2026, 10, 15, tzinfo=UTC))}
    assert pull(connection, sprints=[replace(over, is_closed=False, name="Again")]).rows == 1
    assert Sprint.objects.get(external_id="2").closed_at is None
    assert pull(connection, sprints=[replace(odd, name="x" * 300)]).rows == 1


def test_a_sprint_that_is_gone_in_its_tracker_is_closed_and_comes_back(connection: Connection) -> None:
    one, two = SprintRecord("1", "One"), SprintRecord("2", "Two", is_closed=True)
    pull(connection, sprints=[one, two])
    closed = Sprint.objects.get(external_id="2").closed_at
    assert pull(connection, present_sprints=None).rows == pull(connection, present_sprints=["1", "2"]).rows == 0
    assert pull(connection, present_sprints=[]).rows == 2
    assert pull(connection, present_sprints=[]).rows == 0
    found = {each.name: each for each in Sprint.objects.all()}
    assert found["One"].gone_at == found["One"].closed_at is not None
    assert (found["Two"].closed_at, found["Two"].gone_at) == (closed, found["One"].gone_at)
    assert found["One"].state(date(2026, 11, 9)) == "closed"
    assert pull(connection, sprints=[one], present_sprints=["1"]).rows == 1
    back = Sprint.objects.get(external_id="1")
    assert (back.closed_at, back.gone_at) == (None, None)


def test_what_is_not_read_is_counted_with_the_pull(connection: Connection) -> None:
    attempt = SyncAttempt(connection=connection)
    for unread in ({"comments": 2}, {"comments": 1, "reactions": 1}, {f"part {n}": 1 for n in range(60)}):
        note_page(attempt, TaskPage(unread=unread), Stored(1, 0, changed=True))
    kept = SyncAttempt.objects.get().unread
    assert (kept["comments"], kept["reactions"], len(kept)) == (3, 1, 50)


def test_what_waits_for_a_task_that_comes_later_waits_once_it_came(connection: Connection) -> None:
    pull(connection, record(1, blocked_by=["2", "1"]))
    assert TaskBlock.objects.count() == 0
    pull(connection, record(2))
    assert TaskBlock.objects.get().blocker.external_id == "2"
    pull(connection, record(1, blocked_by=[]))
    assert TaskBlock.objects.count() == 0


def test_deleted_tasks_are_put_away_and_come_back(connection: Connection) -> None:
    pull(connection, *(record(number) for number in range(1, 5)))
    assert pull(connection, gone=["1"], present_ids=["1", "2", "3"]).rows == 2
    gone = set(Task.objects.exclude(deleted_at=None).values_list("external_id", flat=True))
    assert gone == {"1", "4"}
    assert pull(connection, gone=["1"], present_ids=["2", "3"]).rows == 0
    assert pull(connection, record(1), present_ids=["1", "2", "3", "4"]).rows == 2
    assert not Task.objects.exclude(deleted_at=None).exists()


def test_a_record_that_cannot_be_stored_is_rejected_alone(connection: Connection) -> None:
    stored = pull(connection, record(1, title="x" * 251), record(2, body="nul \x00"), record(3))
    assert (stored.rows, stored.rejected) == (1, 2)
    assert Task.objects.get().external_id == "3"


def test_a_mapping_decides_and_changes_what_was_read(connection: Connection) -> None:
    pull(connection, record(1, status="Wartet", type="Story"))
    task = Task.objects.get()
    assert (task.status, task.type, task.external_type) == ("todo", "", "Story")
    connection.options = {"statuses": {"wartet": "cancelled"}, "types": {"Story": "training"}}
    pull(connection, record(1, status="Wartet", type="Story"))
    task.refresh_from_db()
    assert (task.status, task.type, task.cancelled_at) == ("cancelled", "training", None)
    connection.options = {"statuses": {"Wartet": "doing"}}
    pull(connection, record(1, status="Wartet", type="Story"))
    assert [each[1] for each in steps(task)] == ["todo", "doing"]


def test_mirrored_tasks_and_sprints_are_read_only_in_words(connection: Connection, owner: Principal) -> None:
    pull(connection, record(1), sprints=[SprintRecord("7", "Sprint 7")])
    with pytest.raises(ValidationError, match=r"mirrored from .* read-only here"):
        edit_task(owner, Task.objects.get(), {"status": "done"})
    with pytest.raises(ValidationError, match="mirrored from a tracker and read-only here"):
        edit_sprint(owner, Sprint.objects.get(), {"name": "Mine"})


def test_tasks_follow_their_connection_to_another_initiative(connection: Connection, owner: Principal) -> None:
    pull(connection, record(1), record(2))
    other = make_initiative(owner, key="RISK")
    edit_connection(owner, connection, {"initiative": other})
    assert [each.key for each in Task.objects.order_by("number")] == ["RISK-1", "RISK-2"]
    assert JudgeDue.objects.count() == 2


def test_tasks_and_sprints_go_with_their_connection(connection: Connection, owner: Principal) -> None:
    pull(connection, record(1, sprint="7"), sprints=[SprintRecord("7", "Sprint 7")])
    delete_connection(owner, connection)
    assert (Task.objects.count(), Sprint.objects.count(), SprintMove.objects.count()) == (0, 0, 0)


def test_without_an_initiative_nobody_can_place_them(connection: Connection) -> None:
    connection.initiative = None
    with pytest.raises(ConnectorError) as caught:
        pull(connection, record(1))
    assert (caught.value.code, caught.value.permanent) == ("no_initiative", True)
