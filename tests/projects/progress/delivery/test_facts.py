"""Moments of a task, by hand: its own and those of its transitions."""

from __future__ import annotations

import pytest

from projects.progress.delivery.facts import Change, TaskFact
from tests.projects.progress.delivery.tasks_of import at, done, moves, task

TWICE = task("A", "done", changes=moves((1, "doing"), (3, "done"), (5, "doing"), (9, "done")), done=9)


def test_first_done_stays_first() -> None:
    assert (TWICE.started, TWICE.first_done, TWICE.is_reopened) == (at(1), at(3), True)


@pytest.mark.parametrize(
    ("fact", "started", "ended"),
    [
        (done("A", 0, 2, 4), 2, 4),
        (task("A", "doing", started=2), 2, None),
        (task("A", "doing", started=2, changes=moves((1, "doing"))), 1, None),
        (task("A", "cancelled", cancelled=7), None, None),
        (task("A", "todo"), None, None),
    ],
)
def test_moments(fact: TaskFact, started: float | None, ended: float | None) -> None:
    assert (fact.started, fact.first_done) == tuple(None if day is None else at(day) for day in (started, ended))
    assert not fact.is_reopened


@pytest.mark.parametrize(
    ("fact", "when"),
    [
        (task("A", "cancelled", changes=moves((2, "cancelled"), (3, "todo"), (8, "cancelled"))), 8),
        (task("A", "cancelled", cancelled=7), 7),
        (task("A", "cancelled", cancelled=7, changes=moves((9, "cancelled"))), 7),
        (task("A", "cancelled"), None),
        (task("A", "todo", changes=moves((2, "cancelled"), (3, "todo"))), None),
    ],
)
def test_cancelled(fact: TaskFact, when: float | None) -> None:
    assert fact.cancelled == (None if when is None else at(when))


@pytest.mark.parametrize(
    ("fact", "course"),
    [
        (done("A", 0, 2, 4), ((0, "todo"), (2, "doing"), (4, "done"))),
        (TWICE, ((0, "todo"), (1, "doing"), (3, "done"), (5, "doing"), (9, "done"))),
        (task("A", "done", done=4, changes=moves((1, "doing"))), ((0, "todo"), (1, "doing"), (4, "done"))),
        (done("A", 0, 6, 4), ((0, "todo"), (4, "done"))),
        (done("A", 9, 2, 4), ((2, "todo"), (2, "doing"), (4, "done"))),
        (task("A", "done", changes=moves((3, "done"), (3, "doing"))), ((0, "todo"), (3, "doing"), (3, "done"))),
        (task("A", "cancelled", cancelled=7), ((0, "todo"), (7, "cancelled"))),
        (
            task("A", "doing", started=2, changes=moves((5, "todo"), (6, "doing"))),
            ((0, "todo"), (2, "doing"), (5, "todo"), (6, "doing")),
        ),
    ],
)
def test_course(fact: TaskFact, course: tuple[tuple[float, str], ...]) -> None:
    assert fact.course == tuple(Change(at(day), status) for day, status in course)  # type: ignore[arg-type]
