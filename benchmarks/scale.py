"""Judging many initiatives with one, two and four workers against one database and one broker.

Every judgement is asked for twice. Each worker is a process of its own that does one job at a time, as it would be on
another machine.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import rate, seconds
from benchmarks.worlds import World, add_history, judge_all, make_world
from kpis.models import ReadinessSnapshot
from kpis.tasks import judge
from mltrack import env
from mltrack.celery import app
from projects.models import JudgeDue
from projects.services.due import note_due
from tests.servers.processes import end, spawn

WORKERS: Final = (1, 2, 4)
MOST_SECONDS: Final = 240.0
# The database itself notes each verdict that is kept or confirmed: one for each judgement, in the same transaction.
_COUNT: Final = """
CREATE TABLE IF NOT EXISTS bench_judged (initiative_id bigint);
TRUNCATE bench_judged;
CREATE OR REPLACE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO bench_judged VALUES (NEW.initiative_id); RETURN NULL; END';
CREATE OR REPLACE TRIGGER bench_note AFTER INSERT OR UPDATE ON kpis_readinesssnapshot
    FOR EACH ROW WHEN (NEW.is_latest) EXECUTE FUNCTION bench_note();
"""
_QUIET: Final = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


def measure(size: Size) -> list[Result]:
    """Return judgements a second by workers, each against those of one, and what was not judged exactly once."""
    world = make_world(size.initiatives)
    add_history(world, runs=(1, min(size.runs_each, 20)), readings=(1, min(size.readings_each, 100)))
    judge_all(world)
    # What making the world noted is judged by now. Left there, the first messages would judge it while the first round
    # notes it anew, and what is noted in the middle of a judgement is rightly judged again.
    JudgeDue.objects.all().delete()
    found: list[Result] = []
    rates: list[float] = []
    for count in WORKERS:
        with workers(count):
            judged, wrong = best(world, size.rounds)
        rates.append(judged)
        about, floor = f"judging with {count} workers", f"with one {rate(rates[0], 1)}"
        found.append(Result("scale", about, rate(judged, 1), floor, judged / rates[0]))
        name = f"initiatives not judged once, {count} workers"
        found.append(Result("scale", name, str(wrong), f"{size.rounds} × {len(world.keys):,}", wrong, 0))
    found.append(Result("scale", "processors of this machine", str(os.cpu_count()), "", None))
    return found


@contextmanager
def workers(count: int) -> Iterator[None]:
    """Run so many workers until the end of the block; begins when all of them answer."""
    log = env.home() / "workers.log"
    command = [sys.executable, "-m", "celery", "-A", "mltrack", "--quiet", "worker", "--pool", "solo", *_QUIET]
    processes = [spawn([*command, "--hostname", f"scale{place}@%h"], log, {}) for place in range(count)]
    try:
        until(lambda: len(app.control.ping(timeout=1.0) or []) == count, "The workers do not answer.")
        yield
    finally:
        for process in processes:
            end(process)


def best(world: World, rounds: int) -> tuple[float, int]:
    """Return the best of some rounds, in judgements a second, and how many initiatives were not judged once in all."""
    trials = [once(world) for _ in range(rounds)]
    return max(judged for judged, _ in trials), sum(wrong for _, wrong in trials)


def once(world: World) -> tuple[float, int]:
    """Have every initiative judged; return judgements a second and how many were not judged exactly once."""
    numbers = list(ReadinessSnapshot.objects.filter(is_latest=True).values_list("initiative_id", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT)
        note_due(numbers, "benchmark")
    took = seconds(lambda: ask(numbers))
    with connection.cursor() as cursor:
        cursor.execute("SELECT initiative_id, count(*) FROM bench_judged GROUP BY initiative_id")
        judged: dict[int, int] = dict(cursor.fetchall())
    wrong = sorted(number for number in {*numbers, *judged} if judged.get(number, 0) != 1)
    for number in wrong[:5]:
        print(f"initiative {number} was judged {judged.get(number, 0)} times", flush=True)
    return len(numbers) / took, len(wrong)


def ask(numbers: list[int]) -> None:
    """Ask twice for each judgement and wait for all of them."""
    for number in [*numbers, *numbers]:
        judge.delay(number)
    until(lambda: not JudgeDue.objects.exists(), "Some initiatives were not judged.")


def until(reached: Callable[[], bool], failure: str) -> None:
    """Wait for what is to become true. Raises RuntimeError with these words when it does not."""
    deadline = time.monotonic() + MOST_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise RuntimeError(failure)
        time.sleep(0.02)
