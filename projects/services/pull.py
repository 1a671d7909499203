"""The pull: lease, pages, finish; each its own transaction. See docs/architecture.md."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

from mltrack.accounts.access import system_principal
from mltrack.accounts.services.audit import record_audit
from mltrack.failpoints import failpoint
from mltrack.outbound import OutboundError
from projects.connectors.base import (
    Connector,
    ConnectorError,
    FetchesLabeling,
    FetchesReadings,
    FetchesRuns,
    FetchesTasks,
)
from projects.connectors.labeling_records import LabelingPage
from projects.connectors.reading_records import ReadingsPage, SeriesQuery
from projects.connectors.records import Page
from projects.connectors.task_records import TaskPage
from projects.models import Connection, SyncAttempt
from projects.services import attempts, breakers, leases
from projects.services.backoff import HURRY, MOST_ATTEMPTS, after_failure, after_success, must_pause
from projects.services.brought import Brought
from projects.services.clients import open_connection, timeout_of
from projects.services.leases import Fenced, Lease
from projects.services.pages import Stored
from projects.services.stopping import cut_off_when_stopping, is_stopping

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 480.0
"""After this long a pull ends at its next page and goes on in a task of its own."""

AnyPage: TypeAlias = Page | LabelingPage | TaskPage | ReadingsPage
Write: TypeAlias = Callable[[Connection, Any], Stored]
Asked: TypeAlias = Callable[[Connection, datetime], Sequence[SeriesQuery]]
State = SyncAttempt.State


class Stopped(Exception):
    """The worker is being shut down, or the pull has taken long enough; everything until here is stored."""


def run(connection_id: int, write: Write, asked: Asked | None = None) -> SyncAttempt | None:
    """Pull a connection that is due or asked for, and return its attempt; None when there is nothing to do.

    `write` stores one page of whatever the kind brings inside the page's transaction. `asked` tells what to ask of a
    connection that answers questions, from a moment; without it such a connection is given back as it was. Call it
    outside of transactions.
    Failures are kept on the attempt and the connection, in words; only a database that is gone raises.
    """
    with transaction.atomic():
        lease = leases.take(connection_id)
        if lease is None:
            return None
        connection = Connection.objects.select_related("workspace").get(pk=connection_id)
        attempt = attempts.begin(lease)
        if lease.is_poisoned:
            _quarantine(connection, lease, attempt)
            return attempt
    failpoint("pull.after_lease")
    brought = Brought()
    try:
        _work(connection, lease, attempt, brought, write, asked)
    except Fenced:
        _end_fenced(attempt, connection, brought)
    except (InterfaceError, OperationalError):
        _let_go(lease)
        raise
    return attempt


def _work(
    connection: Connection, lease: Lease, attempt: SyncAttempt, brought: Brought, write: Write, asked: Asked | None
) -> None:
    """Do the pull and give the lease back, whatever happens. Raises Fenced, and what a lost database raises."""
    end = _Ending(connection, lease, attempt, brought)
    try:
        _pages(connection, lease, attempt, brought, write, asked)
    except Stopped:
        end.stop()
    except ConnectorError as error:
        if is_stopping():
            end.stop()
        elif error.code == "timeout" and _hurries(connection, lease):
            end.doubt()
        elif error.spares_others:
            end.finish()
        else:
            end.fail(error)
    except (Fenced, InterfaceError, OperationalError):
        raise
    except Exception as error:
        logger.exception("pull of %s failed", connection.public_id)
        text = f"MLTrack could not read the server's answers ({type(error).__name__}); the log has the details."
        end.fail(ConnectorError(text, code="unexpected"))
    else:
        end.finish()


def _pages(
    connection: Connection, lease: Lease, attempt: SyncAttempt, brought: Brought, write: Write, asked: Asked | None
) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    patience = HURRY if lease.is_trusted else math.inf
    try:
        with open_connection(connection, patience) as (connector, client), cut_off_when_stopping(client):
            for page in _fetch(connector, connection, lease, asked):
                failpoint("pull.after_fetch")
                brought.add(page, _store(connection, lease, attempt, page, write))
                if not page.last and (is_stopping() or time.monotonic() > until):
                    raise Stopped
    except OutboundError as error:
        raise ConnectorError.from_outbound(error) from error


def _fetch(connector: Connector, connection: Connection, lease: Lease, asked: Asked | None) -> Iterator[AnyPage]:
    if isinstance(connector, FetchesRuns):
        return connector.fetch_runs(connection.cursor, lease.now)
    if isinstance(connector, FetchesReadings):
        if asked is None:
            raise Stopped
        return connector.fetch_readings(asked(connection, lease.now), lease.now)
    if not isinstance(connector, FetchesLabeling | FetchesTasks):
        raise ConnectorError("This kind of connection cannot be pulled.", permanent=True, code="not_supported")
    if connection.initiative_id is None:
        text = "Its projects belong to no initiative any more. Choose one."
        raise ConnectorError(text, permanent=True, code="no_initiative")
    if isinstance(connector, FetchesTasks):
        return connector.fetch_tasks(connection.cursor, lease.now)
    return connector.fetch_labeling(connection.cursor, lease.now)


def _store(connection: Connection, lease: Lease, attempt: SyncAttempt, page: AnyPage, write: Write) -> Stored:
    """Store one page with its cursor, or neither, and return what it brought."""
    with transaction.atomic():
        leases.advance(lease, json.dumps(dict(page.cursor)))
        failpoint("pull.after_cursor")
        stored = write(connection, page)
        attempts.note_page(attempt, page, stored)
        failpoint("pull.before_commit")
    failpoint("pull.after_commit")
    return stored


@dataclass(frozen=True, slots=True)
class _Ending:
    """The ways in which a pull gives its lease back; each is one transaction, with the audit of what it brought."""

    connection: Connection
    lease: Lease
    attempt: SyncAttempt
    brought: Brought

    @transaction.atomic
    def finish(self) -> None:
        failpoint("pull.before_finish")
        wait = after_success(self.connection.interval_seconds, random.random())  # noqa: S311 (jitter)
        leases.finish(self.lease, rows=self.attempt.rows, wait=wait)
        breakers.count_success(self.connection)
        attempts.end(self.attempt, State.DONE)
        self.brought.audit(self.connection)

    @transaction.atomic
    def fail(self, error: ConnectorError) -> None:
        failures = self.lease.failures + 1
        pause = must_pause(failures, error.permanent)
        wait = after_failure(failures, error.retry_after, random.random())  # noqa: S311 (jitter)
        text = error.text
        if pause:
            text += f" It failed {failures} times in a row, so the connection is paused until you change it or sync it."
        leases.fail(self.lease, code=error.code, text=text, wait=wait, pause=pause)
        breakers.count_failure(self.connection, error.code)
        attempts.end(self.attempt, State.FAILED, code=error.code, text=text)
        self.brought.audit(self.connection)
        if pause:
            _audit_pause(self.connection, text)

    @transaction.atomic
    def doubt(self) -> None:
        """Try again at once with all the patience that the owner allows, in one of the places for such servers."""
        leases.doubt(self.lease)
        attempts.put_back(self.attempt)
        self.brought.audit(self.connection)

    @transaction.atomic
    def stop(self) -> None:
        leases.give_up(self.lease)
        if is_stopping():
            text = f"The worker was shut down after page {self.attempt.pages}; the next attempt goes on from there."
            state = State.FAILED if self.attempt.pk else State.DONE
            attempts.end(self.attempt, state, code="stopped", text=text)
        else:
            attempts.end(self.attempt, State.DONE)
        self.brought.audit(self.connection)


def _hurries(connection: Connection, lease: Lease) -> bool:
    """Say whether the server was given less time than its owner allows."""
    return lease.is_trusted and timeout_of(connection.options) > HURRY


def _quarantine(connection: Connection, lease: Lease, attempt: SyncAttempt) -> None:
    text = (
        f"{MOST_ATTEMPTS} pulls in a row ended without a word, as if the worker was killed by what it read. "
        "The connection is paused until you change it or sync it."
    )
    leases.fail(lease, code="quarantined", text=text, wait=0, pause=True)
    attempts.end(attempt, State.FAILED, code="quarantined", text=text)
    _audit_pause(connection, text)


def _audit_pause(connection: Connection, text: str) -> None:
    principal = system_principal(connection.workspace)
    record_audit(principal, "pause", "connection", connection.public_id, reason=text)


@transaction.atomic
def _end_fenced(attempt: SyncAttempt, connection: Connection, brought: Brought) -> None:
    """End the attempt of a pull that lost its lease, unless that was told already or its connection is gone."""
    if Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).exists():
        brought.audit(connection)
    text = f"The connection was changed or taken over after page {attempt.pages}; this pull ended without harm."
    if SyncAttempt.objects.filter(pk=attempt.pk, state=State.RUNNING).exists():
        attempts.end(attempt, State.FAILED, code="fenced", text=text)
    else:
        attempt.state, attempt.error_code, attempt.error_text = State.FAILED, "fenced", text


def _let_go(lease: Lease) -> None:
    """Give the lease back after the database was away, if it is back already; else the lease runs out."""
    database.close()
    with suppress(InterfaceError, OperationalError, Fenced):
        leases.give_up(lease, wait=5.0)
