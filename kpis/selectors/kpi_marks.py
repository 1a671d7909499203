"""What happened beside a KPI's history: releases, moves of initiatives, changes of its goal, and people's notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from kpis.models import KpiNote
from kpis.models.kpis import GoalState
from kpis.scoring.kpi_words import goal_words, short_unit
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import KpiDetail
from projects.models import Deployment, StageChange
from projects.models.initiatives import Stage, State

Kind = Literal["release", "stage", "goal", "note"]
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day in the KPI's zone, and by whom; `note` is a person's word, for its author."""

    kind: Kind
    day: date
    words: str
    who: str = ""
    note: KpiNote | None = None


def marks_of(detail: KpiDetail) -> list[Mark]:
    """Return what happened since the history begins, newest first and at most 200, in three queries."""
    kpi = detail.standing.kpi
    since = detail.history[0].start if detail.history else detail.standing.today
    zone = ZoneInfo(kpi.zone)
    initiatives = [tie.initiative_id for tie in detail.contributions]
    found = [*_releases(initiatives, zone), *_moves(initiatives, zone), *_goals(detail, zone), *_notes(detail)]
    ours = [mark for mark in found if mark.day >= since or mark.kind == "note"]
    return sorted(ours, key=lambda mark: mark.day, reverse=True)[:MOST]


def _releases(initiatives: Sequence[int], zone: ZoneInfo) -> Iterable[Mark]:
    live = Deployment.objects.filter(
        initiative__in=initiatives, environment="production", state=Deployment.State.LIVE
    ).order_by("-at", "-id")
    for key, version, at in live.values_list("initiative__key", "version", "at")[:MOST]:
        yield Mark("release", _day(at, zone), f"{key} released {version}")


def _moves(initiatives: Sequence[int], zone: ZoneInfo) -> Iterable[Mark]:
    moves = StageChange.objects.filter(initiative__in=initiatives).select_related("initiative", "actor")
    for each in moves.order_by("-at", "-id")[:MOST]:
        name = Stage(each.stage).label if each.state == State.ACTIVE else State(each.state).label
        yield Mark("stage", _day(each.at, zone), f"{each.initiative.key} to {name}", str(each.actor or ""))


def _goals(detail: KpiDetail, zone: ZoneInfo) -> Iterable[Mark]:
    kpi = detail.standing.kpi
    for goal in detail.goals:
        if goal.valid_from is None or goal.state == GoalState.REJECTED:
            continue
        words = goal_words(goal_facts(kpi.direction, goal), short_unit(kpi.unit)) or "no target"
        yield Mark("goal", _day(goal.valid_from, zone), f"Goal {goal.number}: {words}", str(goal.author or ""))


def _notes(detail: KpiDetail) -> Iterable[Mark]:
    notes = KpiNote.objects.filter(kpi=detail.standing.kpi, removed_at=None).select_related("author")
    for each in notes.order_by("-day", "-id")[:MOST]:
        yield Mark("note", each.day, each.text, str(each.author or ""), each)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
