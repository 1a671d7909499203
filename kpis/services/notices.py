"""The inbox: what a person did with a notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from kpis.models import Notice
from mltrack.accounts.access import Principal

NAPS: Final = {"hours": timedelta(hours=4), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@transaction.atomic
def read_notice(notice: Notice, *, read: bool = True) -> Notice:
    """Mark a notice as read, or as unread; once more changes nothing."""
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if (locked.read_at is not None) != read:
        locked.read_at = timezone.now() if read else None
        locked.save(update_fields=["read_at"])
    return locked


def read_all(principal: Principal) -> int:
    """Mark all of a person's notices here as read; return how many were not."""
    own = Notice.objects.filter(member__workspace=principal.workspace, member__user=principal.user, read_at=None)
    return own.update(read_at=timezone.now())


@transaction.atomic
def snooze_notice(notice: Notice, nap: str, now: datetime | None = None) -> Notice:
    """Put a notice out of the inbox for four hours, a day or a week (`NAPS`). Raises KeyError for another word."""
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    locked.snoozed_until = (now or timezone.now()) + NAPS[nap]
    locked.read_at = None
    locked.save(update_fields=["snoozed_until", "read_at"])
    return locked
