"""Tasks by hand: what is kept of each change, and two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.http import Http404

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.access import task_of
from projects.models import Initiative, JudgeDue, Priority, SprintMove, Task, TaskTransition
from projects.progress.ranks import LONGEST
from projects.services.sprints import create_sprint
from projects.services.task_writing import last_ranks, rank_beside
from projects.services.tasks import create_task, delete_task, edit_task, edit_tasks, place_task, restore_task
from projects.services.versions import VersionConflict
from tests.factories import make_connection, make_initiative, make_member, make_runs, make_stranger, make_workspace


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def statuses(task: Task) -> list[tuple[str, str]]:
    return list(TaskTransition.objects.filter(task=task).order_by("at", "id").values_list("from_status", "to_status"))


def board(owner: Principal) -> list[str]:
    tasks = Task.objects.filter(initiative__workspace=owner.workspace, deleted_at=None)
    return [each.title for each in tasks.select_related("initiative").order_by("rank", "number")]


def test_numbers_count_up_by_initiative(owner: Principal, initiative: Initiative) -> None:
    other = make_initiative(owner, "OTHER")
    keys = [create_task(owner, each, title="t").key for each in (initiative, initiative, other)]
    assert keys == ["CHURN-1", "CHURN-2", "OTHER-1"]
    assert task_of(initiative, "CHURN-2").number == 2
    for wrong in ("CHURN-3", "OTHER-1", "CHURN", "2", "CHURN--2", "CHURN-²", "CHURN-" + "9" * 20):
        with pytest.raises(Http404):
            task_of(initiative, wrong)


def test_a_change_of_status_is_kept_with_its_moments(owner: Principal, initiative: Initiative) -> None:
    task = create_task(owner, initiative, title="Look at the data", type="data", estimate=2)
    JudgeDue.objects.all().delete()
    doing = edit_task(owner, task, {"status": "doing"})
    done = edit_task(owner, task, {"status": "done"})
    assert done.started_at == doing.started_at
    assert done.done_at
    again = edit_task(owner, task, {"status": "doing"})
    assert (again.started_at, again.done_at) == (doing.started_at, None)
    gone = edit_task(owner, task, {"status": "cancelled"})
    assert gone.cancelled_at
    assert not gone.is_open
    assert edit_task(owner, task, {"status": "cancelled"}).version == gone.version == 5
    steps = ["todo", "doing", "done", "doing", "cancelled"]
    assert statuses(task) == list(zip(["", *steps], steps, strict=False))
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    event = AuditEvent.objects.filter(object_kind="task", action="edit").order_by("id")[0]
    assert (event.object_key, event.before["status"], event.after["status"]) == ("CHURN-1", "todo", "doing")


def test_sprints_and_what_waits_for_what(owner: Principal, initiative: Initiative) -> None:
    sprint = create_sprint(owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    first = create_task(owner, initiative, title="first", sprint=sprint, estimate=Decimal("1.5"))
    second = create_task(owner, initiative, title="second", blocked_by=[first])
    third = edit_task(owner, create_task(owner, initiative, title="third"), {"blocked_by": [second]})
    move = SprintMove.objects.get()
    assert (move.from_sprint, move.to_sprint, move.estimate) == (None, sprint, Decimal("1.50"))
    assert list(second.blocked_by.all()) == [first]
    assert list(second.blocks.all()) == [third]
    with pytest.raises(ValidationError, match="wait for itself"):
        edit_task(owner, first, {"blocked_by": [third]})
    assert edit_task(owner, third, {"blocked_by": [], "sprint": None}).version == 3
    assert SprintMove.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 251}, "title"),
        ({"body": "\x00"}, "body"),
        ({"type": "coding"}, "type"),
        ({"status": "blocked"}, "status"),
        ({"priority": 5}, "priority"),
        ({"priority": True}, "priority"),
        ({"estimate": -1}, "estimate"),
        ({"estimate": "NaN"}, "estimate"),
        ({"estimate": True}, "estimate"),
        ({"estimate": 10_000}, "estimate"),
        ({"due_on": "tomorrow"}, "due_on"),
        ({"assignee": "me"}, "assignee"),
        ({"sprint": 1}, "sprint"),
        ({"run": 1}, "run"),
        ({"dataset": 1}, "dataset"),
        ({"blocked_by": ["CHURN-1"]}, "blocked_by"),
        ({"number": 7}, "number"),
    ],
)
def test_bad_fields_are_named(owner: Principal, initiative: Initiative, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        create_task(owner, initiative, **{"title": "t", **fields})
    assert list(error.value.message_dict) == [wrong]
    assert not Task.objects.exists()


def test_nothing_of_another_workspace(owner: Principal, initiative: Initiative) -> None:
    stranger = make_stranger()
    theirs = make_initiative(stranger)
    sprint = create_sprint(stranger, name="S", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 9))
    foreign: dict[str, Any] = {"sprint": sprint, "assignee": stranger.user, "run": make_runs(theirs)[0]}
    foreign["blocked_by"] = [create_task(stranger, theirs, title="theirs")]
    with pytest.raises(ValidationError) as error:
        create_task(owner, initiative, title="t", **foreign)
    assert set(error.value.message_dict) == set(foreign)


def test_an_older_version_is_not_overwritten(owner: Principal, initiative: Initiative) -> None:
    task = create_task(owner, initiative, title="t")
    edit_task(owner, task, {"title": "u"}, expected_version=1)
    with pytest.raises(VersionConflict):
        edit_task(owner, task, {"title": "v"}, expected_version=1)


def test_a_mirrored_task_is_read_only(owner: Principal, initiative: Initiative) -> None:
    tracker = make_connection(owner, name="Tracker", initiative=initiative)
    task = create_task(owner, initiative, title="theirs")
    Task.objects.update(connection=tracker, external_id="7")
    with pytest.raises(ValidationError, match="mirrored from Tracker"):
        edit_task(owner, task, {"title": "x"})
    with pytest.raises(ValidationError, match="mirrored from Tracker"):
        place_task(owner, task, changes={"status": "done"})
    with pytest.raises(ValidationError, match="mirrored from Tracker"):
        delete_task(owner, task)


def test_many_at_once_or_none(owner: Principal, initiative: Initiative) -> None:
    member = make_member(owner.workspace)
    tasks = [create_task(owner, initiative, title=title) for title in "abc"]
    edited = edit_tasks(owner, tasks, {"assignee": member.user, "priority": Priority.HIGH})
    assert {each.assignee for each in edited} == {member.user}
    assert AuditEvent.objects.filter(object_kind="task", action="edit").count() == 3
    with pytest.raises(ValidationError):
        edit_tasks(owner, tasks, {"status": "done", "type": "x"})
    assert set(Task.objects.values_list("status", flat=True)) == {"todo"}


def test_put_away_and_back(owner: Principal, initiative: Initiative) -> None:
    task = create_task(owner, initiative, title="t")
    assert delete_task(owner, task).deleted_at
    assert delete_task(owner, task).version == 2
    assert restore_task(owner, task).deleted_at is None


def test_a_card_goes_where_it_is_put(owner: Principal, initiative: Initiative) -> None:
    tasks = {title: create_task(owner, initiative, title=title) for title in "abcd"}
    place_task(owner, tasks["d"], above=tasks["b"])
    assert board(owner) == list("adbc")
    place_task(owner, tasks["a"], below=tasks["c"], changes={"status": "doing"})
    assert board(owner) == list("dbca")
    delete_task(owner, tasks["b"])
    place_task(owner, tasks["a"], above=tasks["b"])
    place_task(owner, tasks["a"], above=tasks["a"])
    assert board(owner) == list("dca")
    assert Task.objects.get(title="a").status == "doing"


def test_equal_and_long_ranks_are_spread_anew(owner: Principal, initiative: Initiative) -> None:
    tasks = [create_task(owner, initiative, title=title) for title in "abc"]
    Task.objects.update(rank="V")
    place_task(owner, tasks[2], above=tasks[1])
    assert board(owner) == list("acb")
    Task.objects.filter(title="a").update(rank="A" * 70)
    Task.objects.filter(title="c").update(rank="A" * 70 + "1")
    assert len(rank_beside(owner.workspace.pk, below=tasks[0])) < 10
    assert board(owner) == list("acb")


@pytest.mark.django_db(transaction=True)
def test_two_people_move_the_same_card_at_once() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    tasks = [create_task(owner, initiative, title=str(number)) for number in range(6)]

    def move(number: int) -> None:
        place_task(owner, tasks[0], below=tasks[number], changes={"status": ("doing", "done")[number % 2]})
        connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(move, [1, 2, 3, 4, 5, 4, 3, 2, 1, 5, 2]))
    assert sorted(board(owner)) == [str(number) for number in range(6)]
    assert board(owner)[0] == "1"
    assert len(set(Task.objects.values_list("rank", flat=True))) == 6
    steps = statuses(tasks[0])
    assert [to for _, to in steps[:-1]] == [before for before, _ in steps[1:]]
    assert Task.objects.get(title="0").status == steps[-1][1]


def test_new_tasks_find_room_at_the_end_of_long_ranks(owner: Principal, initiative: Initiative) -> None:
    for title in "ab":
        create_task(owner, initiative, title=title)
    Task.objects.filter(title="b").update(rank="z" * LONGEST)
    create_task(owner, initiative, title="c")
    assert len(last_ranks(owner.workspace.pk, 1_000)[-1]) < 10
    assert board(owner) == ["a", "b", "c"]
