"""A portfolio in four figures, and what blocks an initiative in five words."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpis.scoring.attainment import clipped
from kpis.scoring.results import HealthState, Verdict

RESULT_WORDS = {
    "fail": "fails",
    "missing": "is missing",
    "insufficient": "needs more cases",
    "stale": "is stale",
}


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """So many like initiatives in a roll-up. `attainments` are those of their KPIs, uncapped; None where not known."""

    verdict: Verdict
    health: HealthState
    state: str = "active"
    attainments: tuple[float | None, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Rollup:
    """The figures on top. Counts are of active initiatives; `attainment` is the median over KPIs clipped to 0…1,
    None without any, over `attainment_n` KPIs."""

    active: int
    ready: int
    not_ready: int
    unknown: int
    on_track: int
    at_risk: int
    off_track: int
    no_data: int
    attainment: float | None
    attainment_n: int


def roll_up(rows: Sequence[PortfolioRow]) -> Rollup:
    """Return the counts of a portfolio. Paused and cancelled initiatives are left out."""
    active = [row for row in rows if row.state == "active"]
    shares = [clipped(each) for row in active for each in row.attainments if each is not None]
    verdicts, healths = Counter[str](), Counter[str]()
    for row in active:
        verdicts[row.verdict] += row.count
        healths[row.health] += row.count
    return Rollup(
        active=verdicts.total(),
        ready=verdicts["ready"],
        not_ready=verdicts["not_ready"],
        unknown=verdicts["unknown"],
        on_track=healths["on_track"],
        at_risk=healths["at_risk"],
        off_track=healths["off_track"],
        no_data=healths["no_data"],
        attainment=statistics.median(shares) if shares else None,
        attainment_n=len(shares),
    )


def blocked_by(document: Mapping[str, Any]) -> str:
    """Return in at most five words what blocks a readiness document; empty when nothing does."""
    blockers = document["blockers"]
    if document["candidate"] is None:
        return "No candidate yet"
    if not blockers:
        return ""
    return f"{blockers[0]['short']} {RESULT_WORDS[blockers[0]['result']]}"
