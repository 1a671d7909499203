"""The analysis as JSON and as rows of text: one shape for the API, the page's tables and the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kpis.scoring.portfolio_analysis.cohorts import Cohort, Cohorts
from kpis.scoring.portfolio_analysis.funnel import FunnelStage, StopCount
from kpis.scoring.portfolio_analysis.incidence import Horizon, Incidence, IncidenceStep, Share
from kpis.scoring.portfolio_analysis.stage_times import StageTime
from kpis.scoring.portfolio_analysis.words import cohorts_words, incidence_words
from mltrack.cells import Cell

FUNNEL_COLUMNS: Final = (
    *("stage", "entered", "advanced", "cancelled", "open", "skipped", "returned"),
    *("of_entered", "of_decided"),
)
STEP_COLUMNS: Final = (
    *("days", "production", "cancelled", "at_risk"),
    *("production_low", "production_high", "cancelled_low", "cancelled_high"),
)
TIME_COLUMNS: Final = ("stage", "n", "through", "median", "reason", "waiting", "longest")
REASON_COLUMNS: Final = ("reason", "count")


def funnel_answer(stages: Sequence[FunnelStage], reasons: Sequence[StopCount]) -> dict[str, Any]:
    """Return the funnel with why initiatives stopped; a reason that nobody kept is null."""
    return {
        "stages": [{name: getattr(each, name) for name in FUNNEL_COLUMNS} for each in stages],
        "reasons": [{"reason": each.reason or None, "count": each.count} for each in reasons],
    }


def incidence_answer(found: Incidence, cohorts: Cohorts) -> dict[str, Any]:
    """Return the curve, what it says at each horizon, how many initiatives it rests on, and by year of beginning."""
    return {
        "initiatives": found.n,
        "unknown": found.unknown,
        "sentence": incidence_words(found),
        "horizons": [_horizon(each) for each in found.horizons],
        "steps": [_step(each) for each in found.steps],
        "cohorts": _cohorts(cohorts),
    }


def stage_times_answer(found: Sequence[StageTime]) -> dict[str, Any]:
    """Return how long stages take; a median that would not be honest is null, with the reason."""
    return {"stages": [_time(each) for each in found]}


def lines(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterable[tuple[Cell, ...]]:
    """Return a table with its columns on top; null is an empty cell."""
    yield tuple(columns)
    for row in rows:
        yield tuple(row[name] for name in columns)


def _time(each: StageTime) -> dict[str, Any]:
    return {
        "stage": each.stage,
        "n": each.survival.n,
        "through": each.survival.events,
        "median": each.survival.honest_median,
        "reason": each.survival.why,
        "waiting": len(each.waiting),
        "longest": each.waiting[0] if each.waiting else None,
    }


def _step(step: IncidenceStep) -> dict[str, Any]:
    return {
        "days": step.days,
        "production": step.production.value,
        "cancelled": step.cancelled.value,
        "at_risk": step.at_risk,
        **_band("production", step.production),
        **_band("cancelled", step.cancelled),
    }


def _band(name: str, share: Share) -> dict[str, float | None]:
    return {f"{name}_low": share.low, f"{name}_high": share.high}


def _horizon(each: Horizon) -> dict[str, Any]:
    return {
        "days": each.days,
        "followed": each.followed,
        "production": each.production.value if each.production else None,
        "cancelled": each.cancelled.value if each.cancelled else None,
    }


def _cohorts(found: Cohorts) -> dict[str, Any]:
    return {
        "sentence": cohorts_words(found),
        "statistic": found.test.statistic,
        "freedom": found.test.freedom,
        "p": found.test.p,
        "years": [_cohort(each) for each in found.years],
    }


def _cohort(each: Cohort) -> dict[str, Any]:
    after = each.after.production
    return {
        "year": each.year,
        "initiatives": each.n,
        "production": each.production,
        "cancelled": each.cancelled,
        "expected": each.expected,
        "compared": each.compared,
        "share": after.value if after else None,
        **_band("share", after or Share(0.0)),
    }
