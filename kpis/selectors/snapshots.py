"""Readiness as it was judged: one document for page, API, badge and command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import FilteredRelation, JSONField, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils import timezone

from kpis.models import Forecast, ReadinessSnapshot
from kpis.scoring.changes import Change, what_changed
from kpis.scoring.document import moment
from kpis.selectors.check_tasks import tasks_to_show, with_tasks
from kpis.selectors.pending import waits
from mltrack.accounts.access import Principal
from mltrack.prepared import Prepared
from projects.access import initiative_of
from projects.models import Initiative

STRIP = 60


def latest_snapshot(initiative: Initiative) -> ReadinessSnapshot | None:
    """Return the newest judgement of an initiative's chosen candidate."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).first()


def snapshot_at(initiative: Initiative, as_of: datetime) -> ReadinessSnapshot | None:
    """Return the judgement that was the newest at a moment, with the forecast that was made last by then."""
    made = Forecast.objects.filter(initiative=initiative, made_at__lte=as_of).order_by("-id")
    told = made.values(told=JSONObject(p50="p50", p85="p85", decided_by="decided_by"))
    rows = ReadinessSnapshot.objects.filter(initiative=initiative, at__lte=as_of)
    return rows.annotate(told=Subquery(told[:1], output_field=JSONField())).order_by("-at", "-id").first()


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
# What stands in for a workspace and a key where the statement is built.
NOWHERE, NO_KEY = -1, "\N{SYMBOL FOR NULL}"
LATEST = (
    "key",
    "latest__document",
    "latest__summary",
    "latest__at",
    "latest__confirmed_at",
    "latest__changes_at",
    "pending",
    "workspace__key",
    "tasks_to_show",
)


def readiness_of(principal: Principal, key: str, as_of: datetime | None = None) -> dict[str, Any]:
    """Return `readiness_document` of the initiative with this key. Raises Http404 to strangers; one statement now."""
    if as_of is not None:
        return readiness_document(initiative_of(principal, key), as_of)
    return _latest_document(principal.workspace.pk, key)


def readiness_document(initiative: Initiative, as_of: datetime | None = None) -> dict[str, Any]:
    """Return the readiness of an initiative, as known at `as_of` or now, in one query.

    Now: `as_of` is when it was last confirmed, `pending` says that newer facts wait to be judged, or that the moment
    of `changes_at` has come. Each check has its `task`.
    Then: what was known, ages as they were, tasks null. An initiative that was not judged yet is
    unknown without sections. Raises ValidationError for a moment to come.
    """
    if as_of is None:
        return _latest_document(initiative.workspace_id, initiative.key)
    if as_of > timezone.now():
        raise ValidationError({"as_of": "This moment is still to come."})
    found = snapshot_at(initiative, as_of)
    if found is None:
        return blank_document(initiative.key, as_of)
    told: Any = found.told  # type: ignore[attr-defined]
    is_dated = told is not None and told["p50"] is not None and found.verdict != "ready"
    with_tasks(found.document, "", ())
    return {**told_at(found.document, found.at, as_of), "forecast": told if is_dated else None}


def _latest_document(workspace_id: int, key: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        _latest().run(cursor, {"workspace": workspace_id, "key": key})
        row = cursor.fetchone()
    if row is None:
        raise Http404(f"No initiative {key[:40]} here.")
    document, summary, judged, confirmed, changes, pending, workspace, tasks = row[1:]
    now = timezone.now()
    if document is None:
        return {**blank_document(row[0], now), "pending": pending}
    told = told_at(json.loads(document), judged, now)
    # Dates of a forecast move on day by day, while all else that was judged stays as it is.
    told["forecast"] = json.loads(summary).get("forecast")
    with_tasks(told, workspace, tasks)
    return {**told, "as_of": moment(confirmed), "changes_at": moment(changes), "pending": pending}


@lru_cache(maxsize=1)
def _latest() -> Prepared:
    """Return the statement that reads the newest judgement of an initiative; building it costs more than asking it."""
    judged = Initiative.objects.filter(workspace=NOWHERE, key=NO_KEY).annotate(
        latest=FilteredRelation("snapshots", condition=Q(snapshots__is_latest=True)),
        pending=waits(),
        tasks_to_show=tasks_to_show(),
    )
    return Prepared.of(judged.values_list(*LATEST), workspace=(NOWHERE, "bigint"), key=(NO_KEY, "text"))


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
    document.setdefault("live_not_ready", False)
    return document


def blank_document(key: str, now: datetime) -> dict[str, Any]:
    """Return what is said of an initiative that was not judged yet."""
    return {
        "initiative": key,
        "candidate": None,
        "verdict": "unknown",
        "live_not_ready": False,
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
