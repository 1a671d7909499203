"""Readiness as it was judged: one document for page, API, badge and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from kpis.scoring.changes import Change, what_changed
from kpis.scoring.document import moment
from mltrack.accounts.access import Principal
from projects.access import initiative_of
from projects.models import Initiative

STRIP = 60


def latest_snapshot(initiative: Initiative) -> ReadinessSnapshot | None:
    """Return the newest judgement of an initiative's chosen candidate."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).first()


def snapshot_at(initiative: Initiative, as_of: datetime) -> ReadinessSnapshot | None:
    """Return the judgement that was the newest at a moment."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, at__lte=as_of).order_by("-at", "-id").first()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A judgement as the strip shows it."""

    verdict: str
    at: datetime
    document: dict[str, Any] | None


EARLIER = """
SELECT kept.verdict, kept.at, CASE WHEN kept.number = 1 AND NOT kept.is_latest THEN kept.document::json END
FROM (
    SELECT *, row_number() OVER (PARTITION BY is_latest ORDER BY at DESC, id DESC) AS number
    FROM (
        SELECT id, verdict, at, is_latest, document FROM kpis_readinesssnapshot
        WHERE initiative_id = %s ORDER BY at DESC, id DESC LIMIT %s
    ) newest
) kept ORDER BY kept.at DESC, kept.id DESC
"""
LATEST = """
SELECT initiative.key, latest.document::json, latest.at, latest.confirmed_at, latest.changes_at,
    EXISTS (SELECT 1 FROM projects_judgedue due WHERE due.initiative_id = initiative.id)
FROM projects_initiative initiative
LEFT JOIN kpis_readinesssnapshot latest ON latest.initiative_id = initiative.id AND latest.is_latest
WHERE initiative.workspace_id = %s AND initiative.key = %s
"""


def readiness_of(principal: Principal, key: str, as_of: datetime | None = None) -> dict[str, Any]:
    """Return `readiness_document` of the initiative with this key. Raises Http404 to strangers; one statement now."""
    if as_of is not None:
        return readiness_document(initiative_of(principal, key), as_of)
    return _latest_document(principal.workspace.pk, key)


def readiness_document(initiative: Initiative, as_of: datetime | None = None) -> dict[str, Any]:
    """Return the readiness of an initiative, as known at `as_of` or now, in one query.

    Now: `as_of` is when it was last confirmed, `pending` says that newer facts wait to be judged. Then: what was
    known, ages as they were. An initiative that was not judged yet is unknown without sections. Raises
    ValidationError for a moment to come.
    """
    if as_of is None:
        return _latest_document(initiative.workspace_id, initiative.key)
    if as_of > timezone.now():
        raise ValidationError({"as_of": "This moment is still to come."})
    found = snapshot_at(initiative, as_of)
    return blank_document(initiative.key, as_of) if found is None else told_at(found.document, found.at, as_of)


def _latest_document(workspace_id: int, key: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [workspace_id, key])
        row = cursor.fetchone()
    if row is None:
        raise Http404(f"No initiative {key[:40]} here.")
    document, judged, confirmed, changes, waits = row[1:]
    now = timezone.now()
    if document is None:
        return {**blank_document(row[0], now), "pending": True}
    told = told_at(document, judged, now)
    return {**told, "as_of": moment(confirmed), "changes_at": moment(changes), "pending": waits}


def told_at(document: dict[str, Any], judged: datetime, now: datetime) -> dict[str, Any]:
    """Return a document just read as told at a later moment: evidence has grown older, nothing else has changed.

    The document given is changed too.
    """
    older = int((now - judged).total_seconds())
    for section in document["sections"]:
        for check in section["checks"]:
            if check["age_seconds"] is not None:
                check["age_seconds"] += older
    document["as_of"] = moment(now)
    return document


def blank_document(key: str, now: datetime) -> dict[str, Any]:
    """Return what is said of an initiative that was not judged yet."""
    return {
        "initiative": key,
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


def history_strip(initiative: Initiative, limit: int = STRIP) -> list[Earlier]:
    """Return the last judgements, oldest first, in one statement; the one before the newest with its document."""
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [initiative.pk, limit])
        return [Earlier(*row) for row in reversed(cursor.fetchall())]


def last_changes(strip: list[Earlier], document: Mapping[str, Any]) -> tuple[datetime | None, list[Change]]:
    """Return when the judgement before the newest was, and what the newest document changed; None, [] without one."""
    before = next((each for each in strip if each.document is not None), None)
    if before is None or before.document is None:
        return None, []
    return before.at, what_changed(before.document, document)


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
