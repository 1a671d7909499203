"""The days of a workspace or an initiative that belong in a calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from kpis.models import LabelQuota, Waiver
from kpis.selectors.paths import initiative_path, public_url
from mltrack.accounts.models import Workspace
from mltrack.days import day_in
from mltrack.ical import Entry
from mltrack.periods import period_words
from projects.models import Initiative, Sprint
from projects.models.initiatives import State

PAST: Final = timedelta(days=365)
MOST: Final = 2_000


def calendar_entries(workspace: Workspace, initiative: Initiative | None = None) -> list[Entry]:
    """Return target dates, sprints, days of quotas and of waivers' ends, those of the last year and to come.

    Four queries; at most 2,000 of each kind. No person is named.
    """
    since = timezone.now() - PAST
    first = day_in(workspace.zone, since)
    ours = Initiative.objects.filter(workspace=workspace, archived_at=None).exclude(state=State.CANCELLED)
    if initiative is not None:
        ours = ours.filter(pk=initiative.pk)
    return [
        *_targets(workspace, ours, first),
        *_sprints(workspace, initiative, first),
        *_quotas(workspace, ours, first),
        *_waivers(workspace, ours, since),
    ]


def _targets(workspace: Workspace, ours: QuerySet[Initiative], since: date) -> Iterable[Entry]:
    for each in ours.filter(target_date__gte=since).order_by("key")[:MOST]:
        assert each.target_date is not None  # noqa: S101 -- it is in the condition
        meant = period_words(each.target_date, each.target_resolution)
        title = f"{each.key} {each.name}: target date ({meant})"
        yield _entry(workspace, each, f"target.{workspace.key}.{each.key}", title, each.target_date, each.updated_at)


def _sprints(workspace: Workspace, initiative: Initiative | None, since: date) -> Iterable[Entry]:
    there = Sprint.objects.filter(workspace=workspace, starts_on__isnull=False, ends_on__gte=since)
    if initiative is not None:
        there = there.filter(tasks__initiative=initiative, tasks__deleted_at=None).distinct()
    for each in there.order_by("starts_on", "id")[:MOST]:
        if each.starts_on and each.ends_on:
            url = public_url(f"/w/{workspace.key}/timeline/")
            yield Entry(each.public_id, f"Sprint {each.name}", each.starts_on, each.ends_on, each.created_at, url)


def _quotas(workspace: Workspace, ours: QuerySet[Initiative], since: date) -> Iterable[Entry]:
    wanted = LabelQuota.objects.filter(initiative__in=ours, valid_to=None, by__gte=since, wanted__gt=0)
    for each in wanted.select_related("initiative").order_by("id")[:MOST]:
        assert each.by is not None  # noqa: S101 -- it is in the condition
        name = hashlib.sha256(each.class_name.encode()).hexdigest()[:16]
        title = f"{each.initiative.key}: {each.wanted:,} labels of {each.class_name} wanted"
        uid = f"quota.{workspace.key}.{each.initiative.key}.{name}"
        yield _entry(workspace, each.initiative, uid, title, each.by, each.valid_from)


def _waivers(workspace: Workspace, ours: QuerySet[Initiative], since: datetime) -> Iterable[Entry]:
    granted = Waiver.objects.filter(initiative__in=ours, state=Waiver.State.APPROVED, expires_at__gte=since)
    for each in granted.select_related("initiative").order_by("id")[:MOST]:
        title = f"{each.initiative.key}: the waiver of {each.check_id} ends"
        day = day_in(workspace.zone, each.expires_at)
        yield _entry(workspace, each.initiative, each.public_id, title, day, each.decided_at or each.created_at)


def _entry(workspace: Workspace, of: Any, uid: str, title: str, day: date, changed: datetime) -> Entry:
    return Entry(uid, title, day, day, changed, public_url(initiative_path(workspace, of.key)))
