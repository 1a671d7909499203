"""Weeks by hand: full ones of the team's zone, with those that brought nothing."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

from projects.progress.delivery.throughput import Throughput, Week, throughput
from tests.projects.progress.delivery.tasks_of import at, done, moves, task

NOV = [date(2026, 11, day) for day in (2, 9, 16, 23)]


def test_full_weeks_with_growth() -> None:
    tasks = [
        *[task(f"P{n}", "todo") for n in range(20)],
        done("A", 1, 2, 8),
        done("B", 7, 8, 9),
        task("C", "cancelled", 14, changes=moves((15, "cancelled"))),
        task("D", "cancelled", 0, changes=moves((16, "cancelled"))),
        done("E", 0, 2, 22),
    ]
    found = throughput(tasks, UTC, at(23))
    assert found.weeks == (Week(NOV[1], 2, 1, 0), Week(NOV[2], 0, 1, 2))
    assert [each.growth for each in found.weeks] == [1, -1]
    assert (found.done, found.per_week, found.growth_per_week, found.is_enough) == ((2, 0), 1.0, 0.0, False)


def test_at_most_so_many_weeks() -> None:
    tasks = [done(f"A{n}", 7 * n, 7 * n + 1, 7 * n + 2) for n in range(30)]
    found = throughput(tasks, UTC, at(7 * 30))
    assert found.done == (1,) * 26
    assert found.is_enough
    assert len(throughput(tasks, UTC, at(7 * 30), 12).weeks) == 12
    assert len(throughput(tasks, UTC, at(7 * 12 + 6)).weeks) == 11


def test_the_zone_decides_the_week() -> None:
    # Sunday, 15 November, 23 o'clock UTC is Monday in Berlin.
    tasks = [task("P", "todo"), done("A", 0, 2, 13 + 14 / 24)]
    assert throughput(tasks, UTC, at(21)).done == (1, 0)
    assert throughput(tasks, ZoneInfo("Europe/Berlin"), at(21)).done == (0, 1)


def test_reopened_counts_once_at_first() -> None:
    twice = task("A", "done", changes=moves((1, "doing"), (8, "done"), (9, "doing"), (15, "done")))
    assert throughput([twice], UTC, at(21)).done == (1, 0)


def test_without_a_full_week_there_is_none() -> None:
    assert throughput([], UTC, at(0)) == Throughput()
    found = throughput([done("A", 0, 1, 2)], UTC, at(7))
    assert (found.weeks, found.per_week, found.growth_per_week) == ((), None, None)
