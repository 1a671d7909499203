"""The faults. Each strikes, lasts for its seconds where it lasts, and is healed before it returns."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg2
import redis

from tests.chaos.grounds import LEASE_SECONDS, Grounds
from tests.projects.little_mlflow import mlflow_run
from tests.servers.hostile import Answer, dripping, gzip_bomb, half_json, html, raw, reset, silence, wrong_length
from tests.trees import Tree

Fault: TypeAlias = Callable[[Grounds, random.Random], str]
BAD_ANSWERS: Final[tuple[Answer, ...]] = (
    raw(500), raw(503), raw(429, Retry_After="1"), raw(401), half_json, html, wrong_length, reset, gzip_bomb,
    dripping, silence,
)  # fmt: skip
MOST_CONNECTIONS: Final = 200


def send(pids: set[int], sign: int) -> int:
    """Send a signal to processes, of which some may be gone; return to how many."""
    sent = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
            sent += 1
    return sent


@contextmanager
def frozen(pids: set[int]) -> Iterator[None]:
    """Stop processes for the block."""
    send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pids, signal.SIGCONT)


def kill_part(grounds: Grounds, chance: random.Random) -> str:
    """Kill a part with SIGKILL, on either machine."""
    tree, part = _any_part(grounds, chance, ("web", "worker", "pulls", "beat"))
    return f"{part}: {send(tree.leaders(part), signal.SIGKILL)} killed"


def kill_children(grounds: Grounds, chance: random.Random) -> str:
    """Kill what a part has forked."""
    tree, part = _any_part(grounds, chance, ("web", "worker", "pulls"))
    return f"{part}: {send(tree.children(part), signal.SIGKILL)} children killed"


def end_part(grounds: Grounds, chance: random.Random) -> str:
    """Tell a part to end, as an upgrade does."""
    tree, part = _any_part(grounds, chance, ("web", "worker", "pulls", "beat"))
    return f"{part}: {send(tree.leaders(part), signal.SIGTERM)} told to end"


def freeze_part(grounds: Grounds, chance: random.Random) -> str:
    """Freeze a part for longer than a lease, and let it wake up."""
    tree, part = _any_part(grounds, chance, ("worker", "pulls", "beat"))
    pids = tree.pids(part)
    with frozen(pids):
        time.sleep(LEASE_SECONDS + 2)
    return f"{part}: {len(pids)} frozen for {LEASE_SECONDS + 2} s"


def cut_power(grounds: Grounds, chance: random.Random) -> str:
    """Kill the whole first machine at once, and start it again."""
    grounds.power_cut()
    return "power cut" if grounds.is_back(90) else "power cut, and it did not come back"


def restart_postgres(grounds: Grounds, chance: random.Random) -> str:
    """Restart PostgreSQL in `immediate` mode, or kill its first process."""
    sign = chance.choice([signal.SIGQUIT, signal.SIGKILL])
    return f"postgres: {send(grounds.tree.leaders('postgres'), sign)} got {sign.name}"


def cut_sessions(grounds: Grounds, chance: random.Random) -> str:
    """Terminate every session of the database."""
    return f"postgres: {cut_sessions_of(grounds)} sessions cut"


def read_only(grounds: Grounds, chance: random.Random) -> str:
    """Refuse writes for some seconds."""
    seconds = chance.uniform(2, 6)
    _sql(grounds, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    time.sleep(seconds)
    heal(grounds)
    return f"postgres: read-only for {seconds:.1f} s"


def exhaust_connections(grounds: Grounds, chance: random.Random) -> str:
    """Take every connection that is left for some seconds, after cutting those in use."""
    seconds, taken = chance.uniform(2, 6), take_all_connections(grounds)
    time.sleep(seconds)
    for each in taken:
        each.close()
    return f"postgres: {len(taken)} connections taken for {seconds:.1f} s"


def hold_lock(grounds: Grounds, chance: random.Random) -> str:
    """Hold a table's lock for some seconds."""
    table, seconds = chance.choice(["projects_run", "projects_connection", "kpis_reading"]), chance.uniform(2, 15)
    with contextlib.suppress(psycopg2.Error):
        connection = grounds.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                time.sleep(seconds)
        finally:
            connection.close()
    return f"postgres: {table} locked for {seconds:.1f} s"


def kill_redis(grounds: Grounds, chance: random.Random) -> str:
    """Kill Redis, or shut it down without saving."""
    if chance.random() < 0.5:
        return f"redis: {send(grounds.tree.leaders('redis'), signal.SIGKILL)} killed"
    with contextlib.suppress(redis.RedisError, OSError):
        grounds.redis().shutdown(nosave=True)
    return "redis: shut down without saving"


def freeze_redis(grounds: Grounds, chance: random.Random) -> str:
    """Freeze Redis for some seconds."""
    seconds = chance.uniform(3, 8)
    with frozen(grounds.tree.leaders("redis")):
        time.sleep(seconds)
    return f"redis: frozen for {seconds:.1f} s"


def forget_messages(grounds: Grounds, chance: random.Random) -> str:
    """Drop every message."""
    with contextlib.suppress(redis.RedisError, OSError):
        grounds.redis().flushall()
    return "redis: emptied"


def repeat_messages(grounds: Grounds, chance: random.Random) -> str:
    """Put every message that waits into its queue a second time."""
    repeated = 0
    with contextlib.suppress(redis.RedisError, OSError):
        broker = grounds.redis()
        for queue in ("celery", "pulls"):
            waiting: Any = broker.lrange(queue, 0, -1)
            for each in waiting:
                broker.lpush(queue, each)
                repeated += 1
    return f"redis: {repeated} messages repeated"


def spoil_answers(grounds: Grounds, chance: random.Random) -> str:
    """Let a server answer badly for some requests."""
    number = chance.randrange(len(grounds.mlflows))
    answers = [chance.choice(BAD_ANSWERS) for _ in range(chance.randrange(1, 6))]
    grounds.mlflows[number].before.extend(answers)
    return f"server {number}: {len(answers)} bad answers"


def change_runs(grounds: Grounds, chance: random.Random) -> str:
    """Let a server get runs, change some, and delete one, as people do."""
    number = chance.randrange(len(grounds.mlflows))
    mlflow = grounds.mlflows[number]
    first = 10_000 * number + 100 + chance.randrange(9_000)
    known = {run["info"]["run_id"] for run in mlflow.runs}
    fresh = [mlflow_run(first + place) for place in range(chance.randrange(1, 30))]
    mlflow.runs.extend(run for run in fresh if run["info"]["run_id"] not in known)
    for run in chance.sample(mlflow.runs, 5):
        run["data"]["metrics"][0]["value"] = round(chance.random(), 9)
    chance.choice(mlflow.runs)["info"]["lifecycle_stage"] = "deleted"
    return f"server {number}: now {len(mlflow.runs)} runs"


FAULTS: Final[tuple[Fault, ...]] = (
    kill_part, kill_part, kill_children, kill_children, end_part, freeze_part, cut_power,
    restart_postgres, restart_postgres, cut_sessions, read_only, exhaust_connections, hold_lock,
    kill_redis, kill_redis, freeze_redis, forget_messages, repeat_messages,
    spoil_answers, spoil_answers, change_runs, change_runs, change_runs,
)  # fmt: skip


def heal(grounds: Grounds) -> None:
    """Take back what outlives a restart."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            _sql_once(grounds, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
            return
        except (psycopg2.Error, OSError):
            time.sleep(0.2)


def cut_sessions_of(grounds: Grounds) -> int:
    """Terminate every session but this one and return how many."""
    statement = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    return int(_sql(grounds, statement) or 0)


def take_all_connections(grounds: Grounds) -> list[Any]:
    """Cut all sessions and return all connections that the server then gives; close them to end the fault."""
    taken: list[Any] = []
    cut_sessions_of(grounds)
    with contextlib.suppress(psycopg2.Error):
        while len(taken) < MOST_CONNECTIONS:
            taken.append(grounds.connect())
    return taken


def _any_part(grounds: Grounds, chance: random.Random, parts: tuple[str, ...]) -> tuple[Tree, str]:
    part = chance.choice(parts)
    return (grounds.tree if part == "web" else chance.choice(grounds.trees)), part


def _sql(grounds: Grounds, *statements: str) -> Any:
    """Run statements; a database that is away already is fault enough."""
    try:
        return _sql_once(grounds, *statements)
    except (psycopg2.Error, OSError):
        return 0


def _sql_once(grounds: Grounds, *statements: str) -> Any:
    connection = grounds.connect()
    try:
        with connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()
