"""The Celery application: `celery -A mltrack worker`. Tasks are found in each app's tasks module."""

from __future__ import annotations

import gc
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process, worker_process_init
from celery.worker.control import Panel

from mltrack import envelopes, filequeue
from mltrack.logs import jobs
from mltrack.orphans import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mltrack.settings")

__all__ = ["app", "jobs"]
envelopes.read_with_care()
filequeue.write_whole()
app = Celery("mltrack", task_cls="mltrack.messages:CheckedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Workers answer to a ping and to no other order: whoever reaches the broker could end them. They keep listening, since
# that connection tells them when the broker goes away while they are too busy to take messages.
for order in Panel.data.keys() - {"ping"}:
    del Panel.data[order]


@worker_process_init.connect
def die_with_the_worker(**kwargs: Any) -> None:
    """Leave no orphan: a pool process ends at once when the worker that forked it is killed."""
    end_with_parent(signal.SIGKILL, os.getppid())()


@worker_before_create_process.connect
def share_memory(**kwargs: Any) -> None:
    """Keep the collector from touching what the worker loaded, so that its children go on sharing it."""
    gc.collect()
    gc.freeze()
