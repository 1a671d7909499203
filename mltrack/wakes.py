"""Messages that wait: mere wake-ups, which are bounded by their number and not by anybody's clock."""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu import Queue

MOST_WAITING = 1_000


def waiting(app: Celery, name: str) -> int:
    """Return how many messages wait in a queue. Raises kombu's OperationalError without a broker."""
    with app.connection_for_write() as connection:
        return _count(Queue(name)(connection.default_channel))


def forget_excess(app: Celery, name: str) -> int:
    """Drop all messages of a queue that more than 1,000 wait in, as after a long stop; return how many.

    What they were to do stands in the database, and the next sweep says it again.
    """
    with app.connection_for_write() as connection:
        queue = Queue(name)(connection.default_channel)
        return int(queue.purge() or 0) if _count(queue) > MOST_WAITING else 0


def _count(queue: Queue) -> int:
    answer: Any = queue.queue_declare()
    return int(answer.message_count)
