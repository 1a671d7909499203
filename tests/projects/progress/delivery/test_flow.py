"""Cumulative flow: by hand, and that nothing is lost and done never falls."""

from __future__ import annotations

from datetime import UTC, date

from hypothesis import given
from hypothesis import strategies as st

from projects.progress.delivery.facts import Change, TaskFact
from projects.progress.delivery.flow import FlowDay, cumulative_flow, weekly_flow
from tests.projects.progress.delivery.tasks_of import at, done, moves, task

NOV2 = date(2026, 11, 2)
STATUSES = st.sampled_from(["todo", "doing", "done", "cancelled"])
CHANGES = st.builds(Change, st.integers(0, 9).map(at), STATUSES)


def test_by_hand() -> None:
    tasks = [
        done("A", 0, 1, 2),
        task("B", "doing", 0, changes=moves((0, "doing"), (1, "done"), (3, "doing"))),
        task("C", "cancelled", 1, changes=moves((3, "cancelled"))),
        task("D", "todo", 4),
    ]
    bands = [(each.todo, each.doing, each.done, each.reopened) for each in cumulative_flow(tasks, UTC, at(4))]
    assert bands == [(1, 1, 0, 0), (1, 1, 1, 0), (1, 0, 2, 0), (0, 0, 2, 1), (1, 0, 2, 1)]


def test_a_window_keeps_what_was_before_it() -> None:
    found = cumulative_flow([done("A", 0, 1, 2), task("B", "todo", 3)], UTC, at(9), date(2026, 11, 10))
    assert found == (FlowDay(date(2026, 11, 10), 1, 0, 1), FlowDay(date(2026, 11, 11), 1, 0, 1))


def test_weeks_are_their_last_days() -> None:
    days = cumulative_flow([done("A", 0, 1, 9)], UTC, at(16))
    assert [each.day.day for each in weekly_flow(days)] == [8, 15, 18]
    assert cumulative_flow([], UTC, at(3)) == ()


@given(st.lists(st.builds(lambda made, told: (made, tuple(told)), st.integers(0, 9), st.lists(CHANGES, max_size=6))))
def test_nothing_is_lost_and_done_never_falls(made: list[tuple[int, tuple[Change, ...]]]) -> None:
    tasks = []
    for place, (created, told) in enumerate(made):
        plain = TaskFact(str(place), "todo", at(created), changes=told)
        last = plain.course[-1].status
        tasks.append(TaskFact(str(place), last, at(created), changes=told))
    found = cumulative_flow(tasks, UTC, at(10))
    ended = [each.done for each in found]
    assert ended == sorted(ended)
    assert all(min(each.todo, each.doing, each.reopened) >= 0 and each.reopened <= each.done for each in found)
    if found:
        cancelled = sum(each.status == "cancelled" and each.first_done is None for each in tasks)
        assert found[-1].todo + found[-1].doing + found[-1].done == len(tasks) - cancelled
