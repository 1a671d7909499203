"""Jobs of the platform itself."""

from __future__ import annotations

from celery import shared_task

from mltrack.health import record_heartbeat


@shared_task(name="mltrack.tasks.heartbeat", time_limit=30, soft_time_limit=20)
def heartbeat() -> None:
    """Prove that scheduler, broker and worker are alive."""
    record_heartbeat()
