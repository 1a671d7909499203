"""What the figures of a portfolio say, in sentences that carry their band and their n."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from kpis.scoring.portfolio_analysis.cohorts import LEAST_EXPECTED, Cohorts
from kpis.scoring.portfolio_analysis.funnel import FunnelStage
from kpis.scoring.portfolio_analysis.incidence import LEAST_FOLLOWED, Horizon, Incidence, IncidenceStep, Share
from kpis.scoring.portfolio_analysis.stage_times import StageTime
from kpis.scoring.wording import counted, listed
from mltrack.formats import percent

AFTER: Final = {90: "90 days", 180: "180 days", 365: "12 months"}
MONTH: Final = 30
NO_REASON: Final = "No reason kept"
RARE: Final = 0.05
"""A difference that chance alone makes less often than this is called one."""


def share_words(share: Share | None) -> str:
    """Return a share with its band: "31 % (18 to 46 %)"."""
    if share is None:
        return percent(None)
    band = "" if share.low is None or share.high is None else f" ({_bare(share.low)} to {percent(share.high, 0)})"
    return percent(share.value, 0) + band


def incidence_words(found: Incidence) -> str:
    """Return what became of initiatives after the longest time for which that can be said, or why it cannot."""
    if not found.n:
        return "No initiative has a known beginning yet."
    told = [each for each in found.horizons if each.production and each.cancelled]
    if told:
        return _after(told[-1], found.n)
    now = f"{found.production} in production and {found.cancelled} cancelled so far"
    short = f"fewer than {LEAST_FOLLOWED} were begun {AFTER[found.horizons[0].days]} ago or earlier"
    return f"Of {counted(found.n, 'initiative')} begun, {now}; {short}, too few for a share."


def _after(horizon: Horizon, n: int) -> str:
    shares = f"{share_words(horizon.production)} in production after {AFTER[horizon.days]}, "
    cancelled = f"{share_words(horizon.cancelled)} cancelled"
    return f"Of {counted(n, 'initiative')} begun, {shares}{cancelled}; {horizon.followed} were begun that long ago."


def cohorts_words(found: Cohorts) -> str:
    """Return whether years differ in how fast their initiatives reach production, or why that cannot be said."""
    test = found.test
    if test.statistic is None or test.p is None:
        return f"Too few arrivals to compare years: two of them need {LEAST_EXPECTED:.0f} that were to be expected."
    years = listed([str(each.year) for each in found.years if each.compared])
    chance = "p < 0.001" if test.p < 0.001 else f"p = {test.p:.2g}"
    degrees = counted(test.freedom, "degree")
    proof = f"(log-rank test: χ² {test.statistic:.2f} with {degrees} of freedom, {chance})"
    if test.p < RARE:
        return f"Those begun in {years} do not reach production equally fast {proof}."
    return f"Between those begun in {years} there is no difference that chance would not explain {proof}."


def stage_time_words(found: StageTime) -> str:
    """Return how long a stage takes, or why that cannot be said: "a median of 28 days"."""
    if found.survival.honest_median is None:
        return found.survival.why
    return f"a median of {counted(int(found.survival.honest_median), 'day')}"


def funnel_words(stages: Sequence[FunnelStage]) -> str:
    """Return where most initiatives stopped, and where most are now."""
    begun = max((each.entered for each in stages), default=0)
    if not begun:
        return "No initiative has begun."
    most = max(stages, key=lambda each: each.cancelled)
    stopped = f"most stopped in {most.stage} ({most.cancelled})" if most.cancelled else "none stopped"
    live = stages[-1].entered
    return f"{counted(live, 'initiative')} reached production; of the others, {stopped}."


def _bare(ratio: float) -> str:
    return percent(ratio, 0).rstrip("%").rstrip()


def reason_words(reason: str, words: Mapping[str, str]) -> str:
    """Return a kept reason in words."""
    return words.get(reason, reason) if reason else NO_REASON


def monthly(steps: Sequence[IncidenceStep]) -> list[tuple[int, IncidenceStep]]:
    """Return a curve at every thirtieth day, and on its last one, for a table that people read."""
    if not steps:
        return []
    last = steps[-1].days
    ends = [each.days for each in steps]
    days = [*range(MONTH, last, MONTH), last]
    return [(day, steps[held - 1]) for day in days if (held := bisect_right(ends, day))]
