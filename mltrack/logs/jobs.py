"""What Celery's processes log: tasks with their ids, and the request that began them."""

from __future__ import annotations

import logging
import time
from collections.abc import MutableMapping, Sequence
from typing import Any, Final

import structlog
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

from mltrack.middleware.request_id import sane

OF: Final = {
    "projects.tasks.pull_connection": "connection",
    "kpis.tasks.pull_readings": "connection",
    "kpis.tasks.judge": "initiative",
}
"""What the first argument of a task is."""
PERIODIC: Final = ("projects.tasks.", "kpis.tasks.sweep_", "mltrack.tasks.heartbeat")
logger = structlog.stdlib.get_logger("mltrack.tasks")
_began: dict[str, float] = {}


@setup_logging.connect
def leave_as_it_is(**_: Any) -> None:
    """Keep Celery from its own set-up: the settings have done it."""
    logging.captureWarnings(True)


@before_task_publish.connect
def pass_on(headers: MutableMapping[str, Any] | None = None, **_: Any) -> None:
    """Send the id of the request that asks for a task along with it."""
    found = structlog.contextvars.get_contextvars().get("request_id")
    if headers is not None and found:
        headers["mltrack_request"] = found


@task_prerun.connect
def begin(task: Any, task_id: str, args: Sequence[Any] = (), **_: Any) -> None:
    """Put task, id, object and the request's id on each line that is logged from now on."""
    found = {"task": task.name, "task_id": task_id, "request_id": sane(getattr(task.request, "mltrack_request", None))}
    if task.name in OF and args:
        found[OF[task.name]] = args[0]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{name: value for name, value in found.items() if value is not None})
    _began[task_id] = time.monotonic()


@task_postrun.connect
def end(task: Any, task_id: str, state: str | None = None, **_: Any) -> None:
    """Log one line for a task that ended; the many that look for work, and pulls, which have
    a line of their own, are told at level DEBUG."""
    took = time.monotonic() - _began.pop(task_id, time.monotonic())
    say = logger.debug if task.name.startswith(PERIODIC) and state == "SUCCESS" else logger.info
    say("task", state=state, ms=round(took * 1000, 1))
    structlog.contextvars.clear_contextvars()
