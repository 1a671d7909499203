"""Telling trackers what checks want: opening tasks, ending them and opening them again, each once.

The row comes first, then the network, then the row again; no transaction is open meanwhile. Whoever dies in between
leaves a try behind, after which the task is looked for by its marker before it is opened.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from projects.connectors.base import ConnectorError, WritesTasks
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.models import SentTask, TaskStatus
from projects.services import breakers
from projects.services.backoff import after_failure
from projects.services.clients import open_connection
from projects.services.sent_tasks import adopt, forget_place

LEASE: Final = timedelta(seconds=150)
"""Longer than the job that delivers may take."""

DOUBT_SECONDS: Final = 60.0
"""How long to wait after a doubtful try: a tracker may take a while until it lists what it has."""

LONGEST_WHY: Final = 1_000
OPEN: Final = (TaskStatus.TODO, TaskStatus.DOING)


def due_rows(now: datetime) -> QuerySet[SentTask]:
    """Return what is to be told now: tasks to open, or to look for after a doubtful try; and what checks want changed.

    Nothing is told to a paused connection, nor what it does not permit.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    is_open = Q(task__deleted_at=None, task__status__in=OPEN)
    to_open = Q(told_open=None, connection__options__may_open_tasks=True) & (is_open | Q(tried_at__isnull=False))
    to_turn = Q(told_open__isnull=False, connection__options__may_close_tasks=True) & ~Q(told_open=F("wanted_open"))
    rows = SentTask.objects.filter(free, due_at__lte=now, refusal="", connection__paused=False)
    return rows.filter(to_open | to_turn)


def deliver(sent_id: int) -> bool:
    """Tell one tracker what is due, unless somebody else does; say whether anything was told.

    Call it outside of transactions. Failures are kept on the row, in words.
    """
    sent = _taken(sent_id)
    if sent is None:
        return False
    try:
        with open_connection(sent.connection) as (connector, _):
            if not isinstance(connector, WritesTasks):
                raise ConnectorError("This kind of connection opens no tasks.", permanent=True, code="not_supported")
            if sent.told_open is None:
                order = order_of(sent)
                opened = connector.create_task(order) if _is_wanted(sent) else connector.find_task(order)
                _opened(sent, opened)
            else:
                connector.set_task_open(sent.place, is_open=sent.wanted_open)
                _turned(sent)
    except ConnectorError as error:
        _failed(sent, error)
    return True


def order_of(sent: SentTask) -> TaskOrder:
    """Return what is opened in the tracker: the task's text, then where it comes from, then its marker."""
    task = sent.task
    link = settings.MLTRACK_URL.rstrip("/") + sent.back if settings.MLTRACK_URL else ""
    words = f"{task.key} in MLTrack, for the check {task.check_id}"
    paragraphs = [*filter(None, task.body.split("\n\n")), f"{words}: {link}" if link else f"{words}.", sent.marker]
    return TaskOrder(sent.marker, task.title, paragraphs, task.type, sent.tried_at)


def _is_wanted(sent: SentTask) -> bool:
    return sent.task.deleted_at is None and sent.task.is_open


@transaction.atomic
def _taken(sent_id: int) -> SentTask | None:
    """Take a row that is due, and return it as it was: `tried_at` is of tries before this one."""
    now = timezone.now()
    rows = due_rows(now).select_for_update(of=("self",), no_key=True, skip_locked=True)
    sent = rows.select_related("connection__workspace", "task__initiative__workspace").filter(pk=sent_id).first()
    if sent is None:
        return None
    sent.fence += 1
    fields = {"fence": sent.fence, "lease_until": now + LEASE}
    if sent.told_open is None and sent.tried_at is None:
        fields["tried_at"] = now
    SentTask.objects.filter(pk=sent.pk).update(**fields)
    return sent


def _held(sent: SentTask) -> SentTask | None:
    """Return the row as it is now, held; None where another worker took it or it is gone."""
    rows = SentTask.objects.select_for_update(of=("self",), no_key=True).select_related("connection")
    return rows.filter(pk=sent.pk, fence=sent.fence).first()


@transaction.atomic
def _opened(sent: SentTask, opened: OpenedTask | None) -> None:
    held = _held(sent)
    if held is None:
        return
    if opened is not None:
        adopt(held, opened)
    else:
        forget_place(held)
    _give_back(held)


@transaction.atomic
def _turned(sent: SentTask) -> None:
    held = _held(sent)
    if held is not None:
        held.told_open = sent.wanted_open
        _give_back(held)


def _give_back(held: SentTask) -> None:
    held.lease_until, held.failures, held.trouble, held.refusal = None, 0, "", ""
    held.save()
    breakers.count_success(held.connection)


@transaction.atomic
def _failed(sent: SentTask, error: ConnectorError) -> None:
    held = _held(sent)
    if held is None:
        return
    held.lease_until, held.failures = None, held.failures + 1
    if error.permanent:
        held.refusal, held.trouble = error.text[:LONGEST_WHY], ""
    else:
        held.trouble, held.due_at = error.text[:LONGEST_WHY], _next_try(held, error)
    held.save()
    breakers.count_failure(held.connection, error.code)


def _next_try(held: SentTask, error: ConnectorError) -> datetime:
    wait = after_failure(held.failures, error.retry_after, random.random())  # noqa: S311 (jitter)
    return timezone.now() + timedelta(seconds=max(wait, DOUBT_SECONDS if held.told_open is None else 0.0))
