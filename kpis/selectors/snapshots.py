"""Readiness as it was judged: one document for page, API, badge and command line."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from kpis.scoring.changes import Change, what_changed
from kpis.scoring.document import moment
from projects.models import Initiative, JudgeDue

STRIP = 60


def latest_snapshot(initiative: Initiative) -> ReadinessSnapshot | None:
    """Return the newest judgement of an initiative's chosen candidate."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).first()


def snapshot_at(initiative: Initiative, as_of: datetime) -> ReadinessSnapshot | None:
    """Return the judgement that was the newest at a moment."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, at__lte=as_of).order_by("-at", "-id").first()


def readiness_document(initiative: Initiative, as_of: datetime | None = None) -> dict[str, Any]:
    """Return the readiness of an initiative, as known at `as_of` or now, in one query.

    Now: `as_of` is when it was last confirmed, `pending` says that newer facts wait to be judged. Then: what was
    known, ages as they were. An initiative that was not judged yet is unknown without sections. Raises
    ValidationError for a moment to come.
    """
    now = timezone.now()
    if as_of is not None:
        if as_of > now:
            raise ValidationError({"as_of": "This moment is still to come."})
        found = snapshot_at(initiative, as_of)
        return blank_document(initiative, as_of) if found is None else told_at(found.document, found.at, as_of)
    waits = JudgeDue.objects.filter(initiative=OuterRef("initiative"))
    latest = (
        ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).annotate(waits=Exists(waits)).first()
    )
    if latest is None:
        return {**blank_document(initiative, now), "pending": True}
    document = told_at(latest.document, latest.at, now)
    return {**document, "as_of": moment(latest.confirmed_at), "pending": latest.waits}


def told_at(document: Mapping[str, Any], judged: datetime, now: datetime) -> dict[str, Any]:
    """Return a kept document as told at a later moment: evidence has grown older, nothing else has changed."""
    told = deepcopy(dict(document))
    older = int((now - judged).total_seconds())
    for section in told["sections"]:
        for check in section["checks"]:
            if check["age_seconds"] is not None:
                check["age_seconds"] += older
    return {**told, "as_of": moment(now)}


def blank_document(initiative: Initiative, now: datetime) -> dict[str, Any]:
    """Return what is said of an initiative that was not judged yet."""
    return {
        "initiative": initiative.key,
        "candidate": None,
        "verdict": "unknown",
        "warnings": [],
        "health": "no_data",
        "health_reason": "it was not judged yet",
        "score": 0.0,
        "as_of": moment(now),
        "policy_version": "",
        "sections": [],
        "blockers": [],
        "waivers": [],
        "forecast": None,
        "ml_test_score": None,
        "changes_at": None,
    }


def history_strip(initiative: Initiative, limit: int = STRIP) -> list[ReadinessSnapshot]:
    """Return the last judgements without their documents, oldest first."""
    rows = ReadinessSnapshot.objects.filter(initiative=initiative).defer("document").order_by("-at", "-id")[:limit]
    return list(reversed(rows))


def changes_since(initiative: Initiative, since: datetime | None = None) -> tuple[datetime | None, list[Change]]:
    """Return what changed up to the newest judgement since a moment, by default since the one before it.

    Also returns when the older of the two was judged; None where there is nothing to compare with.
    """
    rows = ReadinessSnapshot.objects.filter(initiative=initiative).order_by("-at", "-id")
    latest = rows.filter(is_latest=True).first()
    if latest is None:
        return None, []
    older = rows.exclude(pk=latest.pk) if since is None else rows.filter(at__lte=since)
    before = older.first()
    if before is None:
        return None, []
    return before.at, what_changed(before.document, latest.document)
