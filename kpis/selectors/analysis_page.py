"""What the pages of the portfolio's analysis show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.cohorts import Cohort
from kpis.scoring.portfolio_analysis.curve import Curve
from kpis.scoring.portfolio_analysis.funnel import FunnelStage, StopCount
from kpis.scoring.portfolio_analysis.incidence import Incidence, IncidenceStep
from kpis.scoring.portfolio_analysis.stage_times import StageTime
from kpis.scoring.portfolio_analysis.warning_rules import RULES
from kpis.scoring.portfolio_analysis.words import (
    AFTER,
    cohorts_words,
    funnel_words,
    incidence_words,
    monthly,
    reason_words,
    share_words,
    stage_time_words,
)
from kpis.selectors.kept_analysis import analysis_of
from kpis.selectors.portfolio_histories import Asked
from kpis.selectors.portfolio_warnings import WarnedInitiative, all_warned
from mltrack.accounts.access import Principal
from projects.models.initiatives import StopReason

ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class HorizonRow:
    """What became of initiatives after a time, in words; `followed` were begun that long ago."""

    after: str
    production: str
    cancelled: str
    followed: int


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """The analysis of a portfolio with its sentences."""

    n: int
    funnel: Sequence[FunnelStage]
    funnel_says: str
    incidence: Incidence
    incidence_says: str
    horizons: Sequence[HorizonRow]
    curve: Curve | None
    steps: Sequence[tuple[int, IncidenceStep]]
    cohorts: Sequence[tuple[Cohort, str]]
    cohorts_says: str
    times: Sequence[tuple[StageTime, str]]
    reasons: Sequence[tuple[str, int]]
    stopped: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many initiatives have a kind of warning."""

    kind: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class WarningsPage:
    """A page of initiatives with warnings by key, and counts by kind over all that fit.

    `total` are those of the `kind` that was asked for, of all kinds where it is "". `after` is the key after which the
    next page begins, "" on the last one.
    """

    rows: Sequence[WarnedInitiative]
    kinds: Sequence[KindCount]
    kind: str
    total: int
    after: str


def analysis_page(principal: Principal, asked: Asked, now: datetime) -> AnalysisPage:
    """Return the analysis of the initiatives that fit, in at most three queries, one where it is kept.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    found = analysis_of(principal, asked, now)
    stages, curve, reasons = found.funnel, found.incidence, found.reasons
    return AnalysisPage(
        n=len(found.histories),
        funnel=stages,
        funnel_says=funnel_words(stages),
        incidence=curve,
        incidence_says=incidence_words(curve),
        horizons=[
            HorizonRow(AFTER[each.days], share_words(each.production), share_words(each.cancelled), each.followed)
            for each in curve.horizons
        ],
        curve=found.curve,
        steps=monthly(curve.steps),
        cohorts=[(each, share_words(each.after.production)) for each in found.cohorts.years],
        cohorts_says=cohorts_words(found.cohorts),
        times=[(each, stage_time_words(each)) for each in found.times],
        reasons=_reasons(reasons),
        stopped=sum(each.count for each in reasons),
    )


def warnings_page(
    principal: Principal, filters: Filters, kind: str, now: datetime, *, after: str = "", limit: int = ROWS
) -> WarningsPage:
    """Return the initiatives with warnings, of one kind where one is asked for.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    found = all_warned(principal, filters, now)
    counts = Counter(each for row in found for each in {warning.kind for warning in row.warnings})
    kinds = [KindCount(each, rule.title, counts[each]) for each, rule in RULES.items() if counts[each]]
    asked = kind if kind in RULES else ""
    rows = [row for row in found if not asked or any(each.kind == asked for each in row.warnings)]
    rows.sort(key=lambda row: row.initiative.key)
    shown = [row for row in rows if row.initiative.key > after]
    following = shown[limit - 1].initiative.key if len(shown) > limit else ""
    return WarningsPage(shown[:limit], kinds, asked, len(rows), following)


def _reasons(counts: Sequence[StopCount]) -> list[tuple[str, int]]:
    words = {value: str(label) for value, label in StopReason.choices}
    return [(reason_words(each.reason, words), each.count) for each in counts]
