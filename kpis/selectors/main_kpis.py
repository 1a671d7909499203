"""What the KPIs of initiatives say: of the first one everything, of all of them the attainment.

A judgement keeps it beside its snapshot, because every fact that changes it is judged: so a portfolio reads no history.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from kpis.models import KPI, Contribution, Goal
from kpis.models.kpis import GoalState
from kpis.scoring.attainment import attainment
from kpis.selectors.facts import goal_facts
from kpis.selectors.periods import SPARK, PeriodValue, late_from, period_values, standing, with_gaps

LATEST = 2


@dataclass(frozen=True, slots=True)
class MainKpi:
    """The first KPI that was tied to an initiative. `spark` are its last 26 periods, None where one is missing."""

    key: str
    name: str
    unit: str
    direction: str
    value: float | None
    at: datetime | None
    attainment: float | None
    target: float | None
    spark: tuple[float | None, ...]
    late: bool


def kept_kpis(initiative_id: int, now: datetime) -> dict[str, Any]:
    """Return `{kpi, attainments}` of one initiative as a summary keeps them, small and JSON-safe, in three queries.

    `kpi` is a main KPI with `late_from`, the moment from which its newest reading is late, in place of `late`.
    """
    return kpis_of([initiative_id], now).get(initiative_id, {"kpi": None, "attainments": []})


def kpis_of(initiative_ids: Collection[int], now: datetime) -> dict[int, dict[str, Any]]:
    """Return `kept_kpis` of those initiatives that have KPIs, in three queries for all."""
    ties = _ties(initiative_ids)
    found: dict[int, dict[str, Any]] = {}
    counts: dict[int, int] = {}
    for tie in ties:
        count = LATEST if tie.initiative_id in found else SPARK
        counts[tie.kpi_id] = max(count, counts.get(tie.kpi_id, LATEST))
        found.setdefault(tie.initiative_id, {"kpi": None, "attainments": []})
    periods = period_values(counts)
    for tie in ties:
        said, values = found[tie.initiative_id], periods.get(tie.kpi_id, [])
        at, goal = standing(tie.kpi, values, now), _goal(tie.kpi)
        share = attainment(goal_facts(tie.kpi.direction, goal), at.value if at else None)
        said["attainments"].append(_finite(share))
        if said["kpi"] is None:
            said["kpi"] = _kept(tie.kpi, goal, values, at, share)
    return found


def told_kpi(kept: Mapping[str, Any] | None, now: datetime) -> MainKpi | None:
    """Return a kept main KPI as told now; None where there is none."""
    if kept is None:
        return None
    told = {name: kept[name] for name in ("key", "name", "unit", "direction", "value", "attainment", "target")}
    late = kept["late_from"] is not None and datetime.fromisoformat(kept["late_from"]) <= now
    at = datetime.fromisoformat(kept["at"]) if kept["at"] else None
    return MainKpi(**told, at=at, spark=tuple(kept["spark"]), late=late)


def _kept(
    kpi: KPI, goal: Goal | None, values: Sequence[PeriodValue], at: PeriodValue | None, share: float | None
) -> dict[str, Any]:
    late = late_from(kpi, values)
    return {
        "key": kpi.key,
        "name": kpi.name,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "value": _finite(at.value) if at else None,
        "at": at.time.isoformat() if at else None,
        "attainment": _finite(share),
        "target": _finite(goal.target) if goal else None,
        "spark": [_finite(each) for each in with_gaps(kpi, list(values))],
        "late_from": late.isoformat() if late else None,
    }


def _ties(initiative_ids: Collection[int]) -> list[Contribution]:
    """Return the ties of initiatives with KPI and goal in force, in two queries, the first made first."""
    active = Prefetch("kpi__goals", Goal.objects.filter(state=GoalState.ACTIVE), to_attr="in_force")
    ties = Contribution.objects.filter(initiative_id__in=initiative_ids, kpi__archived_at__isnull=True)
    return list(ties.select_related("kpi").prefetch_related(active).order_by("id"))


def _goal(kpi: KPI) -> Goal | None:
    found: list[Goal] = getattr(kpi, "in_force", [])
    return found[0] if found else None


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
