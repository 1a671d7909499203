"""Jobs of the platform itself."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from celery import shared_task
from celery.signals import task_postrun, task_prerun
from django.db import DatabaseError, InterfaceError

from mltrack.heartbeats import QUEUES
from mltrack.standstill import record

RECORD_SECONDS = 5.0
_due: dict[str, float] = {}


@shared_task(name="mltrack.tasks.heartbeat", time_limit=30, soft_time_limit=20)
def heartbeat(queue: str) -> None:
    """Prove that the scheduler, the broker and a worker of this queue are alive. Raises ValueError for another."""
    if queue not in QUEUES:
        raise ValueError(f"There is no queue {queue!r}.")
    record(f"queue:{queue}")


@task_prerun.connect
@task_postrun.connect
def give_sign(task: Any, **_: Any) -> None:
    """Let each task that begins or ends count as a sign of its queue's life, every five seconds at most.

    Behind a thousand judgements the heartbeat waits its turn; the queue moves all the same.
    """
    queue = (getattr(task.request, "delivery_info", None) or {}).get("routing_key")
    if queue in QUEUES and time.monotonic() >= _due.get(queue, 0.0):
        _due[queue] = time.monotonic() + RECORD_SECONDS
        with suppress(DatabaseError, InterfaceError):
            record(f"queue:{queue}")
