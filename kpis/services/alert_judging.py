"""Judging the alerts of a KPI: the only writer of their episodes, each opened once and closed once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from kpis.models import KPI, AlertEpisode, AlertMute, AlertWatch, KpiAlert, Notice
from kpis.scoring.alerts import Found, Seen, found
from kpis.selectors.alerts import next_look, rule_of, seen_of
from kpis.services.announcements import announce_episode
from mltrack.accounts.models import Member
from mltrack.clock import database_now

AT_ONCE: Final = 500
WHY: Final = "You own this KPI."


def due_alerts() -> list[int]:
    """Return up to 500 KPIs whose alerts must be judged now, the longest due first, in one query."""
    due = AlertWatch.objects.filter(due_at__lte=Now(), kpi__archived_at=None).order_by("due_at")
    return list(due.values_list("kpi_id", flat=True)[:AT_ONCE])


@transaction.atomic
def judge_alerts(kpi_id: int) -> list[int]:
    """Judge a KPI's alerts if they are due and nobody else does; return the notices that were written.

    The watch's row is held meanwhile: readings that come during a judgement wait for it and make it due again.
    """
    watch = AlertWatch.objects.select_for_update(skip_locked=True).filter(pk=kpi_id, due_at__lte=Now()).first()
    if watch is None:
        return []
    kpi, now = KPI.objects.select_related("workspace").get(pk=kpi_id), database_now()
    seen = seen_of(kpi, now)
    told = [notice for alert in _alerts(kpi) if (notice := _judged(kpi, alert, seen, now)) is not None]
    watch.due_at = next_look(kpi, now)
    watch.save(update_fields=["due_at"])
    return told


def _alerts(kpi: KPI) -> list[KpiAlert]:
    return list(KpiAlert.objects.filter(kpi=kpi).select_related("kpi__workspace").order_by("id"))


def _judged(kpi: KPI, alert: KpiAlert, seen: Seen, now: datetime) -> int | None:
    """Open or close an alert where it changed; return the notice of one that opened, None where nobody is told."""
    episode = AlertEpisode.objects.filter(alert=alert, closed_at=None).select_related("alert__kpi__workspace").first()
    said = found(rule_of(alert), seen, was_open=episode is not None)
    if said.is_open is None or said.is_open == (episode is not None):
        return None
    if episode is None:
        return _opened(kpi, alert, said, seen, now)
    episode.closed_at, episode.closing_words = now, said.words
    episode.save(update_fields=["closed_at", "closing_words"])
    announce_episode(episode)
    return None


def _opened(kpi: KPI, alert: KpiAlert, said: Found, seen: Seen, now: datetime) -> int | None:
    episode = AlertEpisode.objects.create(alert=alert, opened_at=now, words=said.words, value=seen.value)
    announce_episode(episode)
    owner = Member.objects.filter(workspace=kpi.workspace, user=kpi.owner_id, user__is_active=True).first()
    if owner is None or AlertMute.objects.filter(alert=alert, member=owner).exists():
        return None
    return Notice.objects.create(member=owner, episode=episode, why=WHY, created_at=now).pk
