"""A sprint's burn-up by hand: scope changes, what was carried in and what is carried over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from projects.progress.delivery.facts import TaskFact
from projects.progress.delivery.sprint_burnup import Load, Move, ScopeChange, SprintBurnup, SprintTask, sprint_burnup
from tests.projects.progress.delivery.tasks_of import at, done, moves, task

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 6)
PLANNED = Move(at(-2), enters=True)
ROLLED_OUT = Move(at(4.1), enters=False, rolled_over=True)
TASKS = [
    SprintTask(done("A", -5, 0, 1, estimate=3), (PLANNED,)),
    SprintTask(task("B", "doing", -5, started=1, estimate=2), (Move(at(-2), True, True), ROLLED_OUT)),
    SprintTask(task("C", "todo", -5), (PLANNED, Move(at(2), enters=False))),
    SprintTask(done("D", 1, 2, 3, estimate=1), (Move(at(1.5), enters=True),)),
    SprintTask(task("E", "cancelled", -5, changes=moves((3, "cancelled"))), (PLANNED,)),
    SprintTask(task("F", "todo", -5, deleted=3), (PLANNED,)),
    SprintTask(task("G", "done", -5, changes=moves((0, "doing"), (1, "done"), (2, "doing"), (4, "done"))), (PLANNED,)),
]


def test_by_hand() -> None:
    found = sprint_burnup(TASKS, FIRST, LAST, UTC, at(30))
    assert [(each.scope.tasks, each.done.tasks) for each in found.days] == [(6, 0), (7, 2), (6, 1), (4, 2), (4, 3)]
    assert found.planned == Load(6, 5.0)
    assert [each.done.estimate for each in found.days] == [0, 3, 3, 4, 4]
    assert found.changes == (
        ScopeChange(date(2026, 11, 3), ("D",), ()),
        ScopeChange(date(2026, 11, 4), (), ("C",)),
        ScopeChange(date(2026, 11, 5), (), ("E", "F")),
    )
    assert (found.carried_in, found.carried_over, found.unestimated) == (("B",), ("B",), 1)


def test_up_to_now() -> None:
    found = sprint_burnup(TASKS, FIRST, LAST, UTC, at(1))
    assert [each.done.tasks for each in found.days] == [0, 2]
    assert found.carried_over == ("B", "C", "E", "F")
    assert sprint_burnup(TASKS, FIRST, LAST, UTC, at(-3)) == SprintBurnup()
    assert SprintBurnup().planned == Load()


def test_what_comes_back_is_in_again() -> None:
    back = SprintTask(task("A", "todo", -5), (PLANNED, Move(at(1), enters=False), Move(at(3), enters=True)))
    assert [each.scope.tasks for each in sprint_burnup([back], FIRST, LAST, UTC, at(9)).days] == [1, 0, 0, 1, 1]


def test_refused() -> None:
    with pytest.raises(ValueError, match="end before"):
        sprint_burnup([], LAST, FIRST, UTC, at(9))


@pytest.mark.parametrize(
    ("zone", "moment", "done_on_first"),
    [
        # Berlin sets its clocks forward on 29 March 2026 and back on 25 October; Beirut back at the midnight before it.
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), 1),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC), 0),
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), 1),
        ("Europe/Berlin", datetime(2026, 10, 25, 23, tzinfo=UTC), 0),
        ("Asia/Beirut", datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC), 1),
        ("Asia/Beirut", datetime(2026, 10, 24, 22, tzinfo=UTC), 0),
    ],
)
def test_a_day_ends_at_the_midnight_of_its_zone(zone: str, moment: datetime, done_on_first: int) -> None:
    where = ZoneInfo(zone)
    day = date(2026, moment.month, 24 if zone == "Asia/Beirut" else moment.day)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    fact = TaskFact("A", "done", long_ago, done_at=moment)
    inside = SprintTask(fact, (Move(long_ago, enters=True),))
    found = sprint_burnup([inside], day, day, where, datetime(2026, 12, 1, tzinfo=UTC))
    assert found.days[0].done.tasks == done_on_first
