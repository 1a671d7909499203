"""Dirty trackers: each kind is counted, left out of what it would spoil, and told."""

from __future__ import annotations

from datetime import UTC

import pytest

from projects.progress.delivery.cycle_times import cycle_times
from projects.progress.delivery.dirt import WORDS, Kind, counted, cycled, dated
from projects.progress.delivery.facts import TaskFact
from projects.progress.delivery.flow import cumulative_flow
from projects.progress.delivery.throughput import throughput
from tests.projects.progress.delivery.tasks_of import at, done, moves, task

NOW = at(28)
CASES: list[tuple[Kind, TaskFact]] = [
    ("deleted", done("A", 0, 1, 8, deleted=9)),
    ("reopened", task("A", "done", changes=moves((1, "doing"), (3, "done"), (5, "doing"), (9, "done")))),
    ("done_before_started", done("A", 0, 8, 3)),
    ("done_before_created", done("A", 8, 1, 3)),
    ("done_without_start", task("A", "done", done=8)),
    ("without_moment", task("A", "done", started=2)),
    ("without_moment", task("A", "cancelled", started=2)),
    ("in_future", done("A", 0, 1, 40)),
]


@pytest.mark.parametrize(("kind", "fact"), CASES)
def test_each_kind_is_counted_and_has_no_cycle_time(kind: Kind, fact: TaskFact) -> None:
    clean = done("Z", 0, 8, 10)
    found = counted([fact, clean], NOW)
    assert (found.tasks, found.counts) == (2, {kind: 1})
    assert found.words == (f"1 of 2 {WORDS[kind][0]}: {WORDS[kind][1]}.",)
    assert cycled([fact, clean], NOW) == [clean]
    assert cycle_times([fact, clean], NOW).days == (2.0,)


@pytest.mark.parametrize(
    ("kind", "stays"),
    [
        (kind, kind in {"reopened", "done_before_started", "done_before_created", "done_without_start"})
        for kind, _ in CASES
    ],
)
def test_what_can_be_counted_still_is(kind: Kind, stays: bool) -> None:
    fact = dict(CASES)[kind]
    assert dated([fact], NOW) == ([fact] if stays else [])
    week = throughput([fact, done("Z", -7, 8, 10)], UTC, NOW)
    assert sum(week.done) == 1 + stays
    assert cumulative_flow([fact, done("Z", -7, 8, 10)], UTC, NOW)[-1].done == 1 + stays


def test_a_task_may_be_of_several_kinds_but_a_deleted_one_is_not() -> None:
    both = task("A", "done", 8, done=3)
    assert counted([both], NOW).counts == {"done_before_created": 1, "done_without_start": 1}
    assert counted([task("A", "done", 8, done=3, deleted=9)], NOW).counts == {"deleted": 1}


def test_clean_tasks_are_not_spoken_of() -> None:
    found = counted([done("A", 0, 1, 2), task("B", "todo"), task("C", "doing", started=3)], NOW)
    assert (found.counts, found.words) == ({}, ())
