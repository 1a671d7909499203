"""Jobs of facts: each is the name of a service."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from projects.services import pull
from projects.services.pages import record_page
from projects.services.stopping import request_stop
from projects.services.sweep import due_connections

logger = structlog.stdlib.get_logger(__name__)


@shared_task(name="projects.tasks.pull_connection", time_limit=600, soft_time_limit=570)
def pull_connection(connection_id: int) -> None:
    """Pull one connection if it is due or asked for."""
    attempt = pull.run(connection_id, record_page)
    if attempt is not None:
        counts = {"pages": attempt.pages, "rows": attempt.rows, "error": attempt.error_code or None}
        logger.info("pull", attempt=attempt.public_id, state=str(attempt.state), **counts)


@shared_task(name="projects.tasks.sweep_connections", time_limit=60, soft_time_limit=50)
def sweep_connections() -> None:
    """Wake a worker for each connection that is due; a message that waits too long is dropped, the sweep repeats."""
    for connection_id in due_connections():
        pull_connection.apply_async((connection_id,), expires=settings.MLTRACK_SWEEP_SECONDS * 3)


@worker_shutting_down.connect
def stop_pulls(**_: Any) -> None:
    """Let pulls end at their next page when the worker is told to stop."""
    request_stop()
