"""Celery's scheduler without the product: it sends names of tasks on time and needs no models in memory.

It keeps its own sign of life in the database, so that a scheduler that stands still is told from a broker or a worker
that does.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import psycopg2
from celery import Celery
from celery.beat import PersistentScheduler
from celery.signals import setup_logging

from mltrack import env, filequeue, heartbeats
from mltrack.logs.configuration import configure
from mltrack.wakes import MOST_WAITING, waiting

RECORD_SECONDS: Final = 5.0
HEARTBEAT: Final = "mltrack.tasks.heartbeat"
logger = logging.getLogger(__name__)

filequeue.write_whole()
app = Celery("mltrack-scheduler", fixups=[], set_as_current=False)
app.config_from_object("mltrack.settings", namespace="CELERY")


@setup_logging.connect
def log_as_all_do(**_: Any) -> None:
    """Let the scheduler's words go through our formatter, though Django does not set it up here."""
    configure()


class SignsOfLife:
    """Writes a part's sign every five seconds at most, over one connection that it opens again after a fault."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._due: dict[str, float] = {}

    def give(self, part: str) -> None:
        """Note that the part is alive. A database that is away is logged, never raised: scheduling goes on."""
        if time.monotonic() < self._due.get(part, 0.0):
            return
        self._due[part] = time.monotonic() + RECORD_SECONDS
        try:
            with self._open().cursor() as cursor:
                heartbeats.record(cursor, part)
        except psycopg2.Error as error:
            logger.warning("No sign of life could be written: %s", type(error).__name__)
            self.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = psycopg2.connect(
                env.database_url(), connect_timeout=3, options="-c statement_timeout=3000 -c lock_timeout=3000"
            )
            self._connection.autocommit = True
        return self._connection


class Scheduler(PersistentScheduler):
    """The scheduler that says that it lives, and that the broker takes what it sends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._signs = SignsOfLife()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; return the seconds to the next look."""
        self._signs.give(heartbeats.BEAT)
        return float(super().tick(*args, **kwargs))

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one task. Raises SchedulingError where the broker does not take it, or kombu's OperationalError.

        Where a thousand messages wait, the first that is worked on is as good a sign as a heartbeat: none is added.
        """
        sent = None
        if entry.task != HEARTBEAT or waiting(self.app, entry.options["queue"]) < MOST_WAITING:
            sent = super().apply_async(entry, *args, **kwargs)
        self._signs.give(heartbeats.BROKER)
        return sent

    def close(self) -> None:
        """End."""
        self._signs.close()
        super().close()
