"""The pull: lease, pages, finish; each its own transaction. See docs/architecture.md."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

from mltrack.accounts.access import system_principal
from mltrack.accounts.services.audit import record_audit
from mltrack.failpoints import failpoint
from mltrack.outbound import OutboundError
from projects.connectors.base import Connector, ConnectorError, FetchesRuns
from projects.connectors.records import Page
from projects.models import Connection, SyncAttempt
from projects.services import attempts, breakers, leases
from projects.services.backoff import HURRY, MOST_ATTEMPTS, after_failure, after_success, must_pause
from projects.services.clients import open_connection, timeout_of
from projects.services.leases import Fenced, Lease
from projects.services.pages import Stored
from projects.services.stopping import cut_off_when_stopping, is_stopping

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 480.0
"""After this long a pull ends at its next page and goes on in a task of its own."""

Write: TypeAlias = Callable[[Connection, Page], Stored]
State = SyncAttempt.State


class Stopped(Exception):
    """The worker is being shut down, or the pull has taken long enough; everything until here is stored."""


def run(connection_id: int, write: Write) -> SyncAttempt | None:
    """Pull a connection that is due or asked for, and return its attempt; None when there is nothing to do.

    `write` stores one page inside the page's transaction. Call it outside of transactions. Failures are kept on
    the attempt and the connection, in words; only a database that is gone raises.
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
    try:
        _work(connection, lease, attempt, write)
    except Fenced:
        _end_fenced(attempt)
    except (InterfaceError, OperationalError):
        _let_go(lease)
        raise
    return attempt


def _work(connection: Connection, lease: Lease, attempt: SyncAttempt, write: Write) -> None:
    """Do the pull and give the lease back, whatever happens. Raises Fenced, and what a lost database raises."""
    try:
        _pages(connection, lease, attempt, write)
    except Stopped:
        _stop(lease, attempt)
    except ConnectorError as error:
        if is_stopping():
            _stop(lease, attempt)
        elif error.code == "timeout" and _hurries(connection, lease):
            _doubt(lease, attempt)
        else:
            _fail(connection, lease, attempt, error)
    except (Fenced, InterfaceError, OperationalError):
        raise
    except Exception as error:
        logger.exception("pull of %s failed", connection.public_id)
        text = f"MLTrack could not read the server's answers ({type(error).__name__}); the log has the details."
        _fail(connection, lease, attempt, ConnectorError(text, code="unexpected"))
    else:
        _finish(connection, lease, attempt)


def _pages(connection: Connection, lease: Lease, attempt: SyncAttempt, write: Write) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    patience = HURRY if lease.is_trusted else math.inf
    try:
        with open_connection(connection, patience) as (connector, client), cut_off_when_stopping(client):
            for page in _fetch(connector, connection, lease):
                failpoint("pull.after_fetch")
                _store(connection, lease, attempt, page, write)
                if not page.last and (is_stopping() or time.monotonic() > until):
                    raise Stopped
    except OutboundError as error:
        raise ConnectorError.from_outbound(error) from error


def _fetch(connector: Connector, connection: Connection, lease: Lease) -> Iterator[Page]:
    if not isinstance(connector, FetchesRuns):
        raise ConnectorError("This kind of connection cannot be pulled.", permanent=True, code="not_supported")
    return connector.fetch_runs(connection.cursor, lease.now)


def _store(connection: Connection, lease: Lease, attempt: SyncAttempt, page: Page, write: Write) -> None:
    """Store one page with its cursor, or neither."""
    with transaction.atomic():
        leases.advance(lease, json.dumps(dict(page.cursor)))
        failpoint("pull.after_cursor")
        stored = write(connection, page)
        attempts.note_page(attempt, page, stored)
        failpoint("pull.before_commit")
    failpoint("pull.after_commit")


@transaction.atomic
def _finish(connection: Connection, lease: Lease, attempt: SyncAttempt) -> None:
    failpoint("pull.before_finish")
    wait = after_success(connection.interval_seconds, random.random())  # noqa: S311 (jitter)
    leases.finish(lease, rows=attempt.rows, wait=wait)
    breakers.count_success(connection)
    attempts.end(attempt, State.DONE)


@transaction.atomic
def _fail(connection: Connection, lease: Lease, attempt: SyncAttempt, error: ConnectorError) -> None:
    failures = lease.failures + 1
    pause = must_pause(failures, error.permanent)
    wait = after_failure(failures, error.retry_after, random.random())  # noqa: S311 (jitter)
    text = error.text
    if pause:
        text += f" It failed {failures} times in a row, so the connection is paused until you change it or sync it."
    leases.fail(lease, code=error.code, text=text, wait=wait, pause=pause)
    breakers.count_failure(connection, error.code)
    attempts.end(attempt, State.FAILED, code=error.code, text=text)
    if pause:
        _audit_pause(connection, text)


def _hurries(connection: Connection, lease: Lease) -> bool:
    """Say whether the server was given less time than its owner allows."""
    return lease.is_trusted and timeout_of(connection.options) > HURRY


@transaction.atomic
def _doubt(lease: Lease, attempt: SyncAttempt) -> None:
    """Try again at once with all the patience that the owner allows, in one of the places for such servers."""
    leases.doubt(lease)
    attempts.put_back(attempt)


@transaction.atomic
def _stop(lease: Lease, attempt: SyncAttempt) -> None:
    leases.give_up(lease)
    if is_stopping():
        text = f"The worker was shut down after page {attempt.pages}; the next attempt goes on from there."
        state = State.FAILED if attempt.pk else State.DONE
        attempts.end(attempt, state, code="stopped", text=text)
    else:
        attempts.end(attempt, State.DONE)


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


def _end_fenced(attempt: SyncAttempt) -> None:
    """End the attempt of a pull that lost its lease, unless that was told already or its connection is gone."""
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
