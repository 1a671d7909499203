"""What alerts of a KPI are judged by, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from kpis.models import KPI, AlertEpisode, AlertMute, KpiAlert
from kpis.models.alerts import AlertSide
from kpis.models.kpis import GoalState
from kpis.scoring.alerts import Kind, Rule, Seen, rule_words
from kpis.scoring.attainment import pace
from kpis.scoring.calendar.units import morning
from kpis.scoring.kpi_words import short_unit
from kpis.selectors.facts import goal_facts
from kpis.selectors.periods import is_late, period_values, standing, timeline, unit_of
from mltrack.accounts.access import Principal

WATCHED = 60
EPISODES = 5


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert: what it watches in words, the episode that is open, the last ones, and whether one has muted it."""

    alert: KpiAlert
    words: str
    is_open: AlertEpisode | None
    episodes: tuple[AlertEpisode, ...]
    muted: bool


def seen_of(kpi: KPI, now: datetime) -> Seen:
    """Return what is known of a KPI now, in two queries; the last 60 periods are looked at."""
    values = period_values([kpi.pk], WATCHED).get(kpi.pk, [])
    at = standing(kpi, values, now)
    until = [each for each in values if at is not None and each.start <= at.start]
    facts = goal_facts(kpi.direction, kpi.goals.filter(state=GoalState.ACTIVE).first())
    value = at.value if at else None
    return Seen(
        value=value,
        values=[each for _, each in timeline(kpi, until, WATCHED)],
        pace=pace(facts, value, now.astimezone(ZoneInfo(kpi.zone)).date()),
        late=is_late(kpi, values, now),
        newest=values[-1].start if values else None,
        unit=short_unit(kpi.unit),
        period=unit_of(kpi),
    )


def next_look(kpi: KPI, now: datetime) -> datetime:
    """Return when time alone may change an alert: at the KPI's next midnight, at which periods and paces move."""
    return morning(now.astimezone(ZoneInfo(kpi.zone)).date() + timedelta(days=1), kpi.zone)


def rule_of(alert: KpiAlert) -> Rule:
    """Return what an alert watches."""
    kind: Kind = alert.kind  # type: ignore[assignment]
    return Rule(kind, alert.side == AlertSide.ABOVE, alert.value or 0.0, alert.margin)


def alerts_of(kpi: KPI, principal: Principal) -> list[AlertLine]:
    """Return a KPI's alerts, the first made first, in three queries."""
    newest = AlertEpisode.objects.order_by("-opened_at", "-id")
    rows = KpiAlert.objects.filter(kpi=kpi).select_related("author", "kpi").order_by("id")
    muted = set(
        AlertMute.objects.filter(
            alert__kpi=kpi, member__workspace=principal.workspace, member__user=principal.user
        ).values_list("alert_id", flat=True)
    )
    lines = []
    for alert in rows.prefetch_related(Prefetch("episodes", newest, to_attr="newest")):
        episodes: list[AlertEpisode] = alert.newest
        is_open = next((each for each in episodes if each.closed_at is None), None)
        words = rule_words(rule_of(alert), short_unit(kpi.unit))
        lines.append(AlertLine(alert, words, is_open, tuple(episodes[:EPISODES]), alert.pk in muted))
    return lines


def open_episodes(kpi: KPI) -> list[AlertEpisode]:
    """Return the episodes of a KPI's alerts that are open, in one query."""
    return list(AlertEpisode.objects.filter(alert__kpi=kpi, closed_at=None).order_by("opened_at", "id"))
