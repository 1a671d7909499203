"""Sprints by hand, and what a roll-over takes along."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.http import Http404

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.access import sprint_of
from projects.connectors.task_records import SprintRecord
from projects.models import Sprint, SprintMove, Task
from projects.services.mirrored_sprints import record_sprints
from projects.services.sprints import create_sprint, delete_sprint, edit_sprint, roll_over
from projects.services.tasks import create_task, edit_task
from projects.services.versions import VersionConflict
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db
MONDAY, SUNDAY = date(2026, 11, 2), date(2026, 11, 15)


def make_sprint(owner: Principal, name: str = "One", **fields: Any) -> Sprint:
    return create_sprint(owner, **{"name": name, "starts_on": MONDAY, "ends_on": SUNDAY, **fields})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Taken"}, "name"),
        ({"goal": "\x00"}, "goal"),
        ({"starts_on": "2026-11-02"}, "starts_on"),
        ({"ends_on": date(2026, 11, 1)}, "ends_on"),
        ({"starts_on": date.min}, "ends_on"),
        ({"ends_on": date.max}, "ends_on"),
    ],
)
def test_bad_fields_are_named(fields: dict[str, Any], wrong: str) -> None:
    owner = make_workspace()
    make_sprint(owner, "Taken")
    with pytest.raises(ValidationError) as error:
        make_sprint(owner, **fields)
    assert list(error.value.message_dict) == [wrong]
    assert Sprint.objects.count() == 1


def test_an_edit_and_its_trace() -> None:
    owner = make_workspace()
    sprint = make_sprint(owner)
    edited = edit_sprint(owner, sprint, {"goal": "Ship it"}, expected_version=1)
    assert (edited.goal, edited.version) == ("Ship it", 2)
    assert edit_sprint(owner, sprint, {"goal": "Ship it"}).version == 2
    with pytest.raises(VersionConflict):
        edit_sprint(owner, sprint, {"goal": "No"}, expected_version=1)
    with pytest.raises(ValidationError):
        edit_sprint(owner, sprint, {"closed_at": None})
    assert AuditEvent.objects.filter(object_kind="sprint", action="edit").count() == 1
    assert sprint_of(owner, sprint.public_id) == sprint
    with pytest.raises(Http404):
        sprint_of(make_stranger(), sprint.public_id)


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 11, 1), "planned"), (MONDAY, "active"), (SUNDAY, "active"), (date(2026, 11, 16), "over")],
)
def test_the_state_of_a_day(today: date, state: str) -> None:
    assert Sprint(starts_on=MONDAY, ends_on=SUNDAY).state(today) == state
    assert Sprint().state(today) == "planned"


def test_a_roll_over_takes_open_tasks_once() -> None:
    owner = make_workspace()
    initiative, one, two = make_initiative(owner), make_sprint(owner), make_sprint(owner, "Two")
    tasks = {status: create_task(owner, initiative, title=status, sprint=one) for status in ("todo", "doing", "done")}
    for status, task in tasks.items():
        edit_task(owner, task, {"status": status})
    mirrored = create_task(owner, initiative, title="theirs", sprint=one)
    tracker = make_connection(owner, initiative=initiative)
    Task.objects.filter(pk=mirrored.pk).update(connection=tracker, external_id="7")
    went = roll_over(owner, one, two)
    assert [each.title for each in went.tasks] == ["todo", "doing"]
    assert went.sprint.state(MONDAY) == "closed"
    assert roll_over(owner, one, two).tasks == ()
    assert SprintMove.objects.filter(kind="rolled_over").count() == 2
    assert set(two.tasks.values_list("title", flat=True)) == {"todo", "doing"}
    assert set(one.tasks.values_list("title", flat=True)) == {"done", "theirs"}
    with pytest.raises(ValidationError, match="closed"):
        edit_sprint(owner, one, {"goal": "Later"})
    with pytest.raises(ValidationError, match="takes no tasks"):
        roll_over(owner, two, one)
    assert len(roll_over(owner, two, None).tasks) == 2
    assert Task.objects.filter(sprint=None).count() == 2


def test_into_itself_or_elsewhere_is_refused() -> None:
    owner = make_workspace()
    sprint = make_sprint(owner)
    for other in (sprint, make_sprint(make_stranger())):
        with pytest.raises(ValidationError, match="another sprint of this workspace"):
            roll_over(owner, sprint, other)
    assert Sprint.objects.get(pk=sprint.pk).closed_at is None


def test_a_sprint_with_a_history_stays() -> None:
    owner = make_workspace()
    empty, used = make_sprint(owner), make_sprint(owner, "Two")
    task = create_task(owner, make_initiative(owner), title="t", sprint=used)
    edit_task(owner, task, {"sprint": None})
    delete_sprint(owner, empty)
    with pytest.raises(ValidationError, match="roll it over"):
        delete_sprint(owner, used)
    assert list(Sprint.objects.all()) == [used]


@pytest.mark.django_db(transaction=True)
def test_two_roll_overs_at_once_move_each_task_once() -> None:
    owner = make_workspace()
    initiative, one, two = make_initiative(owner), make_sprint(owner), make_sprint(owner, "Two")
    for number in range(5):
        create_task(owner, initiative, title=str(number), sprint=one)

    def roll(_: int) -> int:
        went = len(roll_over(owner, one, two).tasks)
        connections.close_all()
        return went

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(roll, range(3))) == [0, 0, 5]
    assert SprintMove.objects.filter(kind="rolled_over").count() == 5


def test_a_mirrored_sprint_of_no_calendar_keeps_no_days() -> None:
    connection = make_connection(make_workspace(), name="Jira")
    ends = SprintRecord("7", "Some day", date(2026, 11, 2), date.max, is_closed=True)
    assert record_sprints(connection, [ends]) == 1
    sprint = Sprint.objects.get()
    assert (sprint.starts_on, sprint.ends_on) == (None, None) and sprint.closed_at is not None
