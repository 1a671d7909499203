"""Jobs of facts: each is the name of a service."""

from __future__ import annotations

from typing import Any

import structlog
from celery import current_app, shared_task
from celery.signals import worker_ready, worker_shutting_down

from mltrack.wakes import MOST_WAITING, forget_excess, waiting
from projects.connectors.registry import task_of
from projects.services import pull
from projects.services.probes import due_probes, run_probe
from projects.services.stopping import request_stop
from projects.services.sweep import due_connections, due_sent_tasks, kinds_of
from projects.services.task_delivery import deliver
from projects.services.upload_counting import count_block
from projects.services.upload_merging import merge_upload
from projects.services.upload_sweep import drop_stale, due_work
from projects.services.writing import write_page

logger = structlog.stdlib.get_logger(__name__)

PULLS = "pulls"
MOST_BLOCKS = 64
"""How many blocks of uploads are announced to workers at once."""


@shared_task(name="projects.tasks.pull_connection", time_limit=600, soft_time_limit=570)
def pull_connection(connection_id: int) -> None:
    """Pull one connection if it is due or asked for."""
    attempt = pull.run(connection_id, write_page)
    if attempt is not None:
        counts = {"pages": attempt.pages, "rows": attempt.rows, "error": attempt.error_code or None}
        logger.info("pull", attempt=attempt.public_id, state=str(attempt.state), **counts)


@shared_task(name="projects.tasks.sweep_connections", time_limit=60, soft_time_limit=50)
def sweep_connections() -> None:
    """Wake a worker for each connection that is due, as long as few messages wait; the next sweep repeats the rest."""
    room = max(0, MOST_WAITING - waiting(current_app, PULLS))
    due = due_connections()[:room]
    kinds = kinds_of(due)
    for connection_id in due:
        if connection_id in kinds:
            task_of(kinds[connection_id]).delay(connection_id)


@shared_task(name="projects.tasks.deliver_task", time_limit=120, soft_time_limit=110)
def deliver_task(sent_id: int) -> None:
    """Tell one tracker what a check wants, if that is due."""
    deliver(sent_id)


@shared_task(name="projects.tasks.sweep_sent_tasks", time_limit=60, soft_time_limit=50)
def sweep_sent_tasks() -> None:
    """Wake a worker for each task that a tracker is to be told of, as long as few messages wait."""
    room = max(0, MOST_WAITING - waiting(current_app, PULLS))
    for sent_id in due_sent_tasks()[:room]:
        deliver_task.delay(sent_id)


@shared_task(name="projects.tasks.probe_endpoint", time_limit=60, soft_time_limit=50)
def probe_endpoint(probe_id: int) -> None:
    """Ask one endpoint whether it answers, if that is due."""
    run_probe(probe_id)


@shared_task(name="projects.tasks.sweep_probes", time_limit=60, soft_time_limit=50)
def sweep_probes() -> None:
    """Wake a worker for each endpoint that is to be asked, as long as few messages wait."""
    room = max(0, MOST_WAITING - waiting(current_app, PULLS))
    for probe_id in due_probes()[:room]:
        probe_endpoint.delay(probe_id)


@shared_task(name="projects.tasks.count", time_limit=300, soft_time_limit=280)
def count(block_id: int) -> None:
    """Count one block of an upload if it is due, and add the blocks up when it was the last."""
    whole = count_block(block_id)
    if whole is not None:
        merge.delay(whole)


@shared_task(name="projects.tasks.merge", time_limit=600, soft_time_limit=570)
def merge(upload_id: int) -> None:
    """Record the evaluation of an upload if all of it is counted."""
    merge_upload(upload_id)


@shared_task(name="projects.tasks.sweep_uploads", time_limit=60, soft_time_limit=50)
def sweep_uploads() -> None:
    """Wake workers for blocks and uploads that are due, as long as few messages wait, and end what was given up."""
    drop_stale()
    if waiting(current_app, str(current_app.conf.task_default_queue)) < MOST_BLOCKS:
        blocks, uploads = due_work(MOST_BLOCKS)
        for block_id in blocks:
            count.delay(block_id)
        for upload_id in uploads:
            merge.delay(upload_id)


@worker_ready.connect
def begin_afresh(**_: Any) -> None:
    """Drop what piled up while no worker ran: it would delay what is due now."""
    for name in (PULLS, str(current_app.conf.task_default_queue)):
        forget_excess(current_app, name)


@worker_shutting_down.connect
def stop_pulls(**_: Any) -> None:
    """Let pulls end at their next page when the worker is told to stop."""
    request_stop()
