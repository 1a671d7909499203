"""Whether an initiative waits to be judged: the one answer for page, API, badge, portfolio and command line."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from kpis.models import ReadinessSnapshot
from projects.models import JudgeDue


def waits() -> Q:
    """Return the condition for initiatives that wait to be judged.

    They were noted, were never judged, or time alone has changed their answer since: a waiver or a word has ended.
    """
    noted = JudgeDue.objects.filter(initiative=OuterRef("pk"))
    standing = ReadinessSnapshot.objects.filter(initiative=OuterRef("pk"), is_latest=True).exclude(lapsed())
    return Q(Exists(noted)) | Q(~Exists(standing))


def lapsed() -> Q:
    """Return the condition for judgements whose moment of change has come by the database's clock."""
    return Q(changes_at__lte=Now())


def lapsed_unnoted() -> QuerySet[ReadinessSnapshot]:
    """Return the newest judgements that time alone has changed and nobody has noted, the oldest change first."""
    return ReadinessSnapshot.objects.filter(lapsed(), is_latest=True, initiative__judge_due=None).order_by("changes_at")
