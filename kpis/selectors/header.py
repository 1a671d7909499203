"""What stands above every tab of an initiative: verdict, health, and the health that a person declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from kpis.models.targets import TargetState
from kpis.selectors.snapshots import readiness_document
from projects.models import Initiative, Update

BESIDE = """
SELECT (SELECT count(*) FROM kpis_target WHERE initiative_id = %(initiative)s AND state = %(active)s),
    (SELECT count(*) FROM projects_evaluation WHERE initiative_id = %(initiative)s),
    (SELECT count(*) FROM projects_task
        WHERE initiative_id = %(initiative)s AND deleted_at IS NULL AND status IN ('todo', 'doing')),
    EXISTS (SELECT 1 FROM projects_update WHERE initiative_id = %(initiative)s),
    EXISTS (SELECT 1 FROM kpis_waiver WHERE initiative_id = %(initiative)s),
    EXISTS (SELECT 1 FROM kpis_attestation WHERE initiative_id = %(initiative)s)
"""


@dataclass(frozen=True, slots=True)
class Declared:
    """The health in the newest update. It differs where the computed one is another; it fades once it is old."""

    health: str
    by: str
    at: datetime
    text: str
    differs: bool
    fades: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The readiness document with what is shown beside it: counts of targets, evaluations, open tasks, and the rest."""

    document: dict[str, Any]
    declared: Declared | None
    targets: int
    evaluations: int
    tasks: int
    has_waivers: bool
    has_words: bool

    @property
    def verdict(self) -> str:
        """The verdict: ready, not_ready or unknown."""
        return str(self.document["verdict"])

    @property
    def as_of(self) -> datetime:
        """When this was judged or confirmed last."""
        return datetime.fromisoformat(self.document["as_of"])

    @property
    def health(self) -> str:
        """The computed health."""
        return str(self.document["health"])


def header_of(initiative: Initiative, as_of: datetime | None = None) -> Header:
    """Return what stands above the tabs, as known at `as_of` or now, in two queries, three where people post updates.

    Raises ValidationError for a moment to come.
    """
    document = readiness_document(initiative, as_of)
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, {"initiative": initiative.pk, "active": TargetState.ACTIVE.value})
        targets, evaluations, tasks, has_updates, has_waivers, has_words = cursor.fetchone()
    declared = declared_health(initiative, document["health"], as_of) if has_updates else None
    return Header(document, declared, targets, evaluations, tasks, has_waivers, has_words)


def declared_health(initiative: Initiative, computed: str, as_of: datetime | None = None) -> Declared | None:
    """Return the health that a person declared last, None where nobody did."""
    now = as_of or timezone.now()
    newest = (
        Update.objects.filter(initiative=initiative, at__lte=now)
        .select_related("author")
        .order_by("-at", "-id")
        .first()
    )
    if newest is None:
        return None
    return Declared(
        health=newest.health,
        by=str(newest.author or ""),
        at=newest.at,
        text=newest.text,
        differs=newest.health != computed,
        fades=newest.fades(now),
    )
