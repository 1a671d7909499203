"""Judging one initiative after new facts: queries and time, with little and with ten times as much history."""

from __future__ import annotations

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.pages import SNAPSHOTS, TEN
from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, milliseconds
from benchmarks.worlds import World, add_history, add_snapshots, judge_all, make_world
from kpis.services.snapshots import judge_now


def measure(size: Size) -> list[Result]:
    """Return the queries at N and 10 N, which must be equal, and the times."""
    world, few = make_world(2), size.runs_each * TEN
    add_history(world, runs=(1, few), readings=(1, size.readings_each))
    judge_all(world)
    add_snapshots(world, 1, SNAPSHOTS)
    queries, took = once(world), in_turns({"judge": lambda: judge(world)}, size.requests)["judge"]
    add_history(world, runs=(few + 1, few * TEN), readings=(size.readings_each + 1, size.readings_each * TEN))
    add_snapshots(world, SNAPSHOTS + 1, SNAPSHOTS * TEN)
    later, longer = once(world), in_turns({"judge": lambda: judge(world)}, size.requests)["judge"]
    about = f"{few * TEN:,} runs"
    return [
        Result("judging", f"queries, {about}", str(later), f"{queries} at {few:,} runs", later, queries),
        Result("judging", f"time, {about}", milliseconds(longer), f"{milliseconds(took)} at a tenth", longer / took),
    ]


def judge(world: World) -> None:
    """Judge the first initiative."""
    with transaction.atomic():
        judge_now(world.initiative().pk)


def once(world: World) -> int:
    """Return how many queries one judgement takes."""
    judge(world)
    with CaptureQueriesContext(connection) as captured:
        judge(world)
    return len(captured)
