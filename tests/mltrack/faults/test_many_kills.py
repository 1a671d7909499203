"""Twenty kills of PostgreSQL and twenty of Redis under load: every acknowledged row is there, once, and soon again.

Each kill waits until the part has been at work for a few seconds, as it would have been in life.
"""

from __future__ import annotations

import random
import signal
import statistics
import time
from collections.abc import Callable, Iterable

import psycopg2
import pytest

from tests.chaos.faults import kill_redis, send
from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger
from tests.trees import eventually

pytestmark = [pytest.mark.processes, pytest.mark.slow]

KILLS = 20
POSTGRES_SECONDS, REDIS_SECONDS, WORKER_SECONDS = 5.0, 30.0, 15.0
AT_WORK_SECONDS, PAUSE_SECONDS = 5.5, 1.0
_JUDGED = "SELECT count(*) FROM kpis_readinesssnapshot WHERE is_latest AND confirmed_at > %s"


def recoveries(
    grounds: Grounds, part: str, kills: Iterable[Callable[[], object]], recovered: Callable[[], bool]
) -> list[float]:
    """Kill a part again and again; return for each how many seconds passed before `recovered` held of its successor."""
    found, born = list[float](), time.monotonic()
    for kill in kills:
        before = grounds.tree.leaders(part)
        assert before
        time.sleep(max(PAUSE_SECONDS, born + AT_WORK_SECONDS - time.monotonic()))
        began = time.monotonic()
        kill()
        assert eventually(lambda known=before: bool(grounds.tree.leaders(part) - known), 60), "no successor"  # type: ignore[misc]
        born = time.monotonic()
        assert recovered(), "it does not work again"
        found.append(time.monotonic() - began)
        print(f"{part}: {found[-1]:.1f} s", flush=True)
    return found


def told(what: str, found: list[float]) -> float:
    """Print the median and the longest; return the longest, since every single one is promised."""
    longest = max(found)
    print(f"recovery after {what}: median {statistics.median(found):.1f} s, longest {longest:.1f} s of {len(found)}")
    return longest


def posts_anew(load: Ledger) -> bool:
    """Wait until a post that begins from now on is acknowledged."""
    since = time.monotonic()
    return eventually(lambda: any(when - seconds > since for when, seconds in load.acknowledged[-50:]), 90)


def judges_anew(grounds: Grounds) -> bool:
    """Wait until what CI posts to both of its initiatives is judged from now on, by the database's clock."""
    ((since,),) = grounds.rows("SELECT clock_timestamp()")
    return eventually(lambda: grounds.rows(_JUDGED, since)[0][0] >= 2, 90)


def database_answers(grounds: Grounds) -> bool:
    """Say whether a statement is answered."""
    try:
        return grounds.rows("SELECT 1") == [(1,)]
    except psycopg2.Error:
        return False


def test_postgres(grounds: Grounds, load: Ledger) -> None:
    def kill(sign: int) -> Callable[[], object]:
        return lambda: send(grounds.tree.leaders("postgres"), sign)

    signs = [signal.SIGQUIT, signal.SIGKILL] * (KILLS // 2)
    found = recoveries(grounds, "postgres", map(kill, signs), lambda: posts_anew(load))
    assert len(found) == KILLS
    assert told("PostgreSQL", found) <= POSTGRES_SECONDS
    assert eventually(lambda: database_answers(grounds), 30)
    assert load.wrong == []


def test_redis(grounds: Grounds, load: Ledger) -> None:
    chance = random.Random(1)
    kills = [lambda: kill_redis(grounds, chance)] * KILLS
    found = recoveries(grounds, "redis", kills, lambda: judges_anew(grounds))
    assert told("Redis", found) <= REDIS_SECONDS
    assert load.wrong == []


def test_workers(grounds: Grounds, load: Ledger) -> None:
    kills = [lambda: send(grounds.tree.leaders("worker"), signal.SIGKILL)] * 5
    found = recoveries(grounds, "worker", kills, lambda: judges_anew(grounds))
    assert told("a worker", found) <= WORKER_SECONDS
    assert load.wrong == []
