"""What the database knows about jobs: read at each question, so that every web process tells the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from amqp.exceptions import ChannelError
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from kombu.exceptions import KombuError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mltrack import heartbeats
from mltrack.standstill import still

NEWEST: Final = 20_000
"""Counts of the last hour look at so many of the newest rows at most, so that a question costs the same always."""
HOUR: Final = timedelta(hours=1)

_CONNECTIONS: Final = """
SELECT kind, CASE WHEN paused THEN 'paused' WHEN failures > 0 THEN 'failing' ELSE 'ok' END AS state, count(*)::float8,
    count(*) FILTER (WHERE late > 0)::float8, coalesce(max(greatest(late, 0)), 0)::float8
FROM (SELECT kind, paused, failures, CASE WHEN paused OR lease_until > now() THEN 0
             ELSE extract(epoch FROM now() - coalesce(next_due, created_at)) END AS late FROM projects_connection) AS c
GROUP BY 1, 2 ORDER BY 1, 2
"""
_JUDGEMENTS: Final = """
SELECT count(*)::float8, coalesce(max(extract(epoch FROM now() - not_before)), 0)::float8
FROM projects_judgedue WHERE not_before <= now()
"""
_PULLS: Final = """
SELECT coalesce(nullif(error_code, ''), state), count(*)::float8 FROM (
    SELECT state, error_code, ended_at FROM projects_syncattempt ORDER BY id DESC LIMIT %s) AS newest
WHERE ended_at > now() - %s GROUP BY 1 ORDER BY 1
"""
_GATES: Final = """
SELECT verdict, count(*)::float8 FROM (
    SELECT verdict, at FROM kpis_gatedecision ORDER BY id DESC LIMIT %s) AS newest
WHERE at > now() - %s GROUP BY 1 ORDER BY 1
"""


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return a statement's rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def gauge(name: str, words: str, *labels: str, values: list[tuple[Any, ...]]) -> Metric:
    """Return a family; each of `values` is its labels and then the number."""
    family = GaugeMetricFamily(f"mltrack_{name}", words, labels=labels)
    for *found, number in values:
        family.add_metric([str(label) for label in found], float(number))
    return family


def signs() -> Iterator[Metric]:
    """Yield the ages of signs of life, and what stands still."""
    with connection.cursor() as cursor:
        ages = {part: age for part, _, age in heartbeats.read(cursor, settings.MLTRACK_LEASE_SECONDS)}
    idle = still(ages)
    yield gauge("heartbeat_age_seconds", "Seconds since the last sign of life.", "part", values=list(ages.items()))
    stands = [(part, part in idle) for part in heartbeats.PARTS]
    yield gauge("standstill", "1 where a part stands still, else 0.", "part", values=stands)


def connections() -> Iterator[Metric]:
    """Yield how connections are, and how late the latest is, by kind."""
    found = rows(_CONNECTIONS)
    yield gauge(
        "connections", "Connections.", "kind", "state", values=[(kind, state, n) for kind, state, n, *_ in found]
    )
    late: dict[str, tuple[float, float]] = {}
    for kind, _, _, overdue, seconds in found:
        before = late.get(kind, (0.0, 0.0))
        late[kind] = (before[0] + overdue, max(before[1], seconds))
    each = late.items()
    yield gauge("connections_overdue", "Connections past their time.", "kind", values=[(k, n) for k, (n, _) in each])
    yield gauge(
        "connection_lag_seconds",
        "Seconds that the latest is past its time.",
        "kind",
        values=[(k, s) for k, (_, s) in each],
    )
    ((judgements, oldest),) = rows(_JUDGEMENTS)
    yield gauge("judgements_due", "Initiatives that wait to be judged.", values=[(judgements,)])
    ages = [("pulls", max((seconds for _, seconds in late.values()), default=0.0)), ("celery", oldest)]
    yield gauge("queue_age_seconds", "Seconds that the oldest work of a queue has waited.", "queue", values=ages)


def results() -> Iterator[Metric]:
    """Yield what came out in the last hour."""
    pulls, gates = rows(_PULLS, NEWEST, HOUR), rows(_GATES, NEWEST, HOUR)
    yield gauge("pulls_last_hour", "Kept pulls that ended in the last hour.", "outcome", values=pulls)
    yield gauge("gate_decisions_last_hour", "Answers of the gate in the last hour.", "verdict", values=gates)


def waiting(channel: Any, queue: str) -> int:
    """Return how many messages a queue holds; one that is empty does not exist."""
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:
        return 0


def messages() -> Iterator[Metric]:
    """Yield how many messages wait at the broker, nothing where it cannot be reached."""
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            with broker.channel() as channel:
                found = [(queue, waiting(channel, queue)) for queue in heartbeats.QUEUES]
    except (KombuError, OSError, ValueError):
        return
    yield gauge("queue_messages", "Messages that wait at the broker.", "queue", values=found)


class Jobs(Collector):
    """All of it."""

    def collect(self) -> Iterator[Metric]:
        """Yield the families; without the database only that it is away."""
        try:
            with transaction.atomic():
                found = [*signs(), *connections(), *results()]
        except (DatabaseError, InterfaceError):
            found = []
        yield gauge("database_up", "1 where the database answers, else 0.", values=[(bool(found),)])
        yield from found
        yield from messages()


def exposition() -> bytes:
    """Return the text for Prometheus."""
    registry = CollectorRegistry()
    registry.register(Jobs())
    return generate_latest(registry)
