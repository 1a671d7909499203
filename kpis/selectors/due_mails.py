"""Which reminders and digests are due and were not claimed yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from kpis.models import MailChoice, Notice, UpdateReminder
from projects.models import Initiative, Rhythmic, UpdateRhythm
from projects.models.initiatives import Stage, State
from projects.progress.rhythm import Due, Rhythm, answers, last_due

LATEST: Final = timedelta(hours=12)
"""What is due for longer is not sent any more: a mail of yesterday's hour helps nobody."""
SHOWN: Final = timedelta(days=3)
AT_ONCE: Final = 500


def due_reminders(now: datetime) -> list[int]:
    """Return the initiatives whose update is due without a word and without a reminder; one query per due rhythm."""
    found: list[int] = []
    for kept in UpdateRhythm.objects.exclude(every=Rhythmic.OFF).order_by("pk"):
        due = last_due(kept.rhythm(), now)
        if due is not None and now - due.at < SHOWN:
            found += [each.pk for each in _waiting(kept, due) if not answers(kept.rhythm(), due, each.said)]
    return found


def _waiting(kept: UpdateRhythm, due: Due) -> QuerySet[Any, Any]:
    claimed = UpdateReminder.objects.filter(initiative=OuterRef("pk"), period=due.period)
    ours = Initiative.objects.filter(
        Q(pk=kept.initiative_id) if kept.initiative_id else Q(workspace=kept.workspace_id, rhythm=None),
        archived_at=None,
        state=State.ACTIVE,
        created_at__lt=due.at,
    )
    fitting = ours.exclude(stage=Stage.RETIRED).annotate(said=Max("updates__at"))
    return fitting.filter(~Exists(claimed)).order_by("pk")


def due_digests(now: datetime) -> list[int]:
    """Return the members whose digest is due and was not claimed, in one query."""
    wanted = MailChoice.objects.filter(digest=True).annotate(newest=Max("member__digests__period")).order_by("pk")
    return [each.member_id for each in wanted.iterator() if _unclaimed(each.rhythm(), each.newest, now)]


def _unclaimed(rhythm: Rhythm, newest: object, now: datetime) -> bool:
    due = last_due(rhythm, now)
    return due is not None and now - due.at < SHOWN and (newest is None or newest < due.period)  # type: ignore[operator]


def due_notices(now: datetime) -> list[int]:
    """Return the notices of alerts that were not mailed, nor claimed, in one query."""
    fresh = Notice.objects.filter(created_at__gt=now - SHOWN, mail=None)
    return list(fresh.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def reminders_of(initiative: Initiative, limit: int = 5) -> list[UpdateReminder]:
    """Return the newest reminders of an initiative and what became of them."""
    rows = UpdateReminder.objects.filter(initiative=initiative).select_related("to")
    return list(rows.order_by("-period")[:limit])
