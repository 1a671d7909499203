"""What happened beside a KPI's history: releases, moves of initiatives, changes of its goal, and people's notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from django.db import connection

from kpis.models.kpis import GoalState
from kpis.scoring.kpi_words import goal_words, short_unit
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import KpiDetail
from mltrack.prepared import Prepared
from projects.models.initiatives import Stage, State

Kind = Literal["release", "stage", "goal", "note"]
MOST: Final = 200
_HAPPENED: Final = Prepared(
    """
(SELECT 'release', deployment.at, NULL::date, initiative.key, deployment.version, '', '', '', NULL::bigint
FROM projects_deployment deployment JOIN projects_initiative initiative ON initiative.id = deployment.initiative_id
WHERE deployment.initiative_id = ANY(%(initiatives)s) AND deployment.environment = 'production'
    AND deployment.state = 'live'
ORDER BY deployment.at DESC, deployment.id DESC LIMIT 200)
UNION ALL
(SELECT 'stage', change.at, NULL, initiative.key, change.stage, change.state,
    COALESCE(NULLIF(actor.name, ''), actor.email, ''), '', NULL
FROM projects_stagechange change JOIN projects_initiative initiative ON initiative.id = change.initiative_id
LEFT JOIN accounts_user actor ON actor.id = change.actor_id
WHERE change.initiative_id = ANY(%(initiatives)s)
ORDER BY change.at DESC, change.id DESC LIMIT 200)
UNION ALL
(SELECT 'note', NULL, note.day, '', note.text, '',
    COALESCE(NULLIF(author.name, ''), author.email, ''), note.public_id, note.author_id
FROM kpis_kpinote note LEFT JOIN accounts_user author ON author.id = note.author_id
WHERE note.kpi_id = %(kpi)s AND note.removed_at IS NULL
ORDER BY note.day DESC, note.id DESC LIMIT 200)
""",
    initiatives="bigint[]",
    kpi="bigint",
)


@dataclass(frozen=True, slots=True)
class Noted:
    """Which note a mark is, and the row id of who wrote it."""

    public_id: str
    author_id: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day in the KPI's zone, and by whom; `note` is a person's word, for its author."""

    kind: Kind
    day: date
    words: str
    who: str = ""
    note: Noted | None = None


def marks_of(detail: KpiDetail) -> list[Mark]:
    """Return what happened since the history begins, newest first and at most 200, in one query."""
    kpi = detail.standing.kpi
    since = detail.history[0].start if detail.history else detail.standing.today
    zone = ZoneInfo(kpi.zone)
    with connection.cursor() as cursor:
        initiatives = [tie.initiative_id for tie in detail.contributions]
        _HAPPENED.run(cursor, {"initiatives": initiatives, "kpi": kpi.pk})
        rows = cursor.fetchall()
    by_kind: dict[str, list[Mark]] = {"release": [], "stage": [], "goal": list(_goals(detail, zone)), "note": []}
    for kind, *row in rows:
        by_kind[kind].append(_mark(kind, *row, zone=zone))
    found = [mark for marks in by_kind.values() for mark in marks]
    ours = [mark for mark in found if mark.day >= since or mark.kind == "note"]
    return sorted(ours, key=lambda mark: mark.day, reverse=True)[:MOST]


def _mark(kind: Kind, at: datetime, day: date, key: str, text: str, *said: Any, zone: ZoneInfo) -> Mark:
    state, who, public_id, author = said
    if kind == "note":
        return Mark(kind, day, text, who, Noted(public_id, author))
    if kind == "release":
        return Mark(kind, _day(at, zone), f"{key} released {text}")
    name = Stage(text).label if state == State.ACTIVE else State(state).label
    return Mark(kind, _day(at, zone), f"{key} to {name}", who)


def _goals(detail: KpiDetail, zone: ZoneInfo) -> Iterable[Mark]:
    kpi = detail.standing.kpi
    for goal in detail.goals:
        if goal.valid_from is None or goal.state == GoalState.REJECTED:
            continue
        words = goal_words(goal_facts(kpi.direction, goal), short_unit(kpi.unit)) or "no target"
        yield Mark("goal", _day(goal.valid_from, zone), f"Goal {goal.number}: {words}", str(goal.author or ""))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
