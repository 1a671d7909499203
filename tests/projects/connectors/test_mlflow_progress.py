"""What is read next, for each state of the cursor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.progress import GROUP, Job, Progress

DAY = 86_400_000
NOW = 1_800_000_000_000
OPTIONS = Options()


def known(**more: Any) -> Progress:
    settings: dict[str, Any] = {"marks": {"1": NOW - 1000, "2": NOW - 500}, "sweep_from": NOW - 5000}
    return Progress(**(settings | {"deleted_at": NOW - 1000} | more))


def test_a_first_pull_reads_everything_whole_and_asks_for_nothing_deleted() -> None:
    progress = Progress()
    assert progress.plan(["1", "2"], OPTIONS, NOW) == [Job(("1", "2"), "start_time", None)]
    assert (progress.sweep_from, progress.deleted_at) == (NOW, NOW)


def test_a_later_pull_reads_the_window_before_the_oldest_mark() -> None:
    assert known().plan(["1", "2"], OPTIONS, NOW) == [Job(("1", "2"), "end_time", NOW - 1000 - 7 * DAY)]


def test_a_mark_in_the_future_does_not_hide_the_window() -> None:
    progress = known(marks={"1": NOW + 90 * DAY})
    assert progress.plan(["1"], OPTIONS, NOW) == [Job(("1",), "end_time", NOW - 7 * DAY)]


def test_a_new_experiment_is_read_whole_beside_the_tails() -> None:
    assert known().plan(["1", "2", "3"], OPTIONS, NOW) == [
        Job(("3",), "start_time", None),
        Job(("1", "2"), "end_time", NOW - 1000 - 7 * DAY),
    ]


def test_a_sweep_reads_everything_once_a_day() -> None:
    progress = known(sweep_from=NOW - DAY)
    jobs = progress.plan(["1", "2"], OPTIONS, NOW)
    assert jobs == [Job(("1", "2"), "start_time", None)]
    progress.finish(jobs[0], NOW)
    assert progress.plan(["1", "2"], OPTIONS, NOW + 60_000) == [Job(("1", "2"), "end_time", NOW - 7 * DAY)]


def test_an_interrupted_job_is_resumed_where_it_was() -> None:
    progress = known(marks={}, partial=Job(("1", "9"), "start_time", 77))
    assert progress.plan(["1", "2"], OPTIONS, NOW) == [
        Job(("1",), "start_time", 77),
        Job(("2",), "start_time", None),
    ]


def test_many_experiments_go_in_groups() -> None:
    ids = [str(each) for each in range(GROUP * 2 + 1)]
    assert [len(job.experiment_ids) for job in Progress().plan(ids, OPTIONS, NOW)] == [GROUP, GROUP, 1]


def test_what_is_gone_is_read_whole_when_it_comes_back() -> None:
    progress = known()
    progress.forget(["2", "never"])
    assert Job(("2",), "start_time", None) in progress.plan(["1", "2"], OPTIONS, NOW)


@pytest.mark.parametrize("partial", [None, Job(("4",), "end_time", 5), Job(("4",), "start_time", None)])
def test_the_cursor_survives_json(partial: Job | None) -> None:
    progress = known(partial=partial, open_ids=("a", "b"))
    assert Progress.load(json.loads(json.dumps(progress.dump()))) == progress


@pytest.mark.parametrize(
    "cursor",
    [
        {},
        {"version": 99},
        {"version": 1},
        {"version": 1, "marks": [], "partial": None, "sweep_from": 0, "deleted_at": 0, "open": []},
        {"version": 1, "marks": {"1": "x"}, "partial": None, "sweep_from": 0, "deleted_at": 0, "open": []},
        {"version": 1, "marks": {}, "partial": {"ids": ["1"]}, "sweep_from": 0, "deleted_at": 0, "open": []},
    ],
)
def test_a_foreign_cursor_begins_anew(cursor: dict[str, Any]) -> None:
    assert Progress.load(cursor) == Progress()
