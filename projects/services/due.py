"""The note that initiatives must be judged again, written with whatever changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from projects.signals import facts_recorded

_NOTE = """
INSERT INTO projects_judgedue (initiative_id, reason, not_before, stamp, attempts)
SELECT each, %(reason)s, coalesce(%(not_before)s, now()),
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0
FROM unnest(%(ids)s::bigint[]) AS each ORDER BY each
ON CONFLICT (initiative_id) DO UPDATE SET
    reason = EXCLUDED.reason,
    not_before = LEAST(projects_judgedue.not_before, EXCLUDED.not_before),
    stamp = GREATEST(projects_judgedue.stamp + 1, EXCLUDED.stamp),
    attempts = 0
"""


def note_due(initiative_ids: Iterable[int], reason: str, not_before: datetime | None = None) -> None:
    """Note in the caller's transaction that these initiatives must be judged, and wake the judge on commit.

    `reason` is a few words (cut at 60 characters), `not_before` an aware datetime, by default at once. A
    stamp never comes back, not even after its row was deleted: a judgement that deletes the stamp it saw
    cannot delete a newer note.
    """
    ids = sorted(set(initiative_ids))
    if not ids:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, {"ids": ids, "reason": reason[:60], "not_before": not_before})
        wake = partial(facts_recorded.send_robust, sender=None, initiative_ids=ids)
        transaction.on_commit(wake, robust=True)
