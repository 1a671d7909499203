"""What became of initiatives so many days after they began: in production, cancelled, or neither yet.

The two compete: who is cancelled cannot reach production any more. So the chance to be in production by a day is the
cumulative incidence (Aalen and Johansen, Scand. J. Statist. 5, 1978), and not one minus Kaplan and Meier's curve, which
would count the cancelled as if they might still arrive. The variance is the delta method's (Marubini and Valsecchi,
Analysing Survival Data, 1995, 10.2), the band is taken on the scale of log(-log) (Coviello and Boggess, Stata Journal
4, 2004), so that it stays within 0 and 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kpis.scoring.portfolio_analysis.histories import LAST, History, days_between
from kpis.scoring.portfolio_analysis.survival import Z95

End = Literal["production", "cancelled", ""]
HORIZONS: Final = (90, 180, 365)
LEAST_FOLLOWED: Final = 10
"""A share after so many days is said where at least so many initiatives were begun that long ago."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an initiative ended after so many whole days, "" while it is open; it could be `seen` for so many."""

    days: int
    end: End
    seen: int


@dataclass(frozen=True, slots=True)
class Share:
    """A cumulative incidence with its 95 % band; the band is None where the share is 0 or 1."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class IncidenceStep:
    """The shares from `days` on; `at_risk` were neither in production nor cancelled, and still seen, just before."""

    days: int
    at_risk: int
    production: Share
    cancelled: Share


@dataclass(frozen=True, slots=True)
class Horizon:
    """The shares after so many days; `followed` were begun at least that long ago. None where too few were."""

    days: int
    followed: int
    production: Share | None
    cancelled: Share | None


@dataclass(frozen=True, slots=True)
class Incidence:
    """The curve over `n` initiatives. `unknown` began in production or retired here: how long it took is not known."""

    n: int
    unknown: int
    production: int
    cancelled: int
    steps: tuple[IncidenceStep, ...]
    horizons: tuple[Horizon, ...]


@dataclass(slots=True)
class _Cause:
    """The sums over days that the share of one cause and its variance need.

    With F the share, S the share without any end just before, n at risk, d ends of all causes and k of this one, the
    variance at t is the sum over days j of (F(t) - F(j))² d/(n(n-d)) + S² k(n-k)/n³ - 2 (F(t) - F(j)) S k/n².
    """

    value: float = 0.0
    own: float = 0.0
    ends: tuple[float, float, float] = (0.0, 0.0, 0.0)
    both: tuple[float, float] = (0.0, 0.0)

    def add(self, count: int, total: int, at_risk: int, free: float) -> None:
        """Take in a day: `count` ends of this cause among `total`, of `at_risk`; `free` is S."""
        self.value += free * count / at_risk
        self.own += free**2 * count * (at_risk - count) / at_risk**3
        # Where everything ends nothing comes after, so that F(t) - F(j) is zero for good.
        weight = total / (at_risk * (at_risk - total)) if at_risk > total else 0.0
        crossed = free * count / at_risk**2
        self.ends = tuple(old + weight * self.value**power for power, old in enumerate(self.ends))  # type: ignore[assignment]
        self.both = self.both[0] + crossed, self.both[1] + crossed * self.value

    def variance(self) -> float:
        """Return the variance of the share as it is now."""
        zeroth, first, second = self.ends
        squares = self.value**2 * zeroth - 2 * self.value * first + second
        return max(0.0, squares + self.own - 2 * (self.value * self.both[0] - self.both[1]))

    def share(self) -> Share:
        """Return the share with its band."""
        if not 0 < self.value < 1:
            return Share(self.value)
        width = Z95 * math.sqrt(self.variance()) / (self.value * abs(math.log(self.value)))
        return Share(self.value, self.value ** math.exp(width), self.value ** math.exp(-width))


def incidence_of(histories: Sequence[History]) -> Incidence:
    """Return how initiatives ended by days since they began."""
    known = [each for each in histories if is_known(each)]
    ways = [way_of(each) for each in known]
    steps = competing([each.days for each in ways], [each.end for each in ways])
    ends = Counter(each.end for each in ways)
    return Incidence(
        n=len(known),
        unknown=len(histories) - len(known),
        production=ends["production"],
        cancelled=ends["cancelled"],
        steps=tuple(steps),
        horizons=tuple(horizon_of(days, ways, steps) for days in HORIZONS),
    )


def is_known(history: History) -> bool:
    """Say whether the way to production is known: its first kept move is before production."""
    return history.moves[0].stage not in ("production", "retired")


def way_of(history: History) -> Way:
    """Return how an initiative ended: in production as soon as it was there once, else cancelled where it stopped."""
    seen = days_between(history.begun, history.until)
    live, stopped = history.entered(LAST), history.stopped_at
    if live:
        return Way(days_between(history.begun, live), "production", seen)
    if stopped:
        return Way(days_between(history.begun, stopped), "cancelled", seen)
    return Way(seen, "", seen)


def competing(days: Sequence[int], ends: Sequence[End]) -> list[IncidenceStep]:
    """Return a step for each day on which something ended or was seen last; what ends on a day was there before it.

    Raises ValueError for negative days, and where the two differ in length.
    """
    if any(each < 0 for each in days):
        raise ValueError("Nothing ends before it begins.")
    seen, counts = Counter(days), Counter(zip(days, ends, strict=True))
    at_risk, free, steps = len(days), 1.0, []
    live, stopped = _Cause(), _Cause()
    for day in sorted(seen):
        to_live, to_stop = counts[day, "production"], counts[day, "cancelled"]
        total = to_live + to_stop
        live.add(to_live, total, at_risk, free)
        stopped.add(to_stop, total, at_risk, free)
        free *= 1 - total / at_risk
        steps.append(IncidenceStep(day, at_risk, live.share(), stopped.share()))
        at_risk -= seen[day]
    return steps


def share_at(steps: Sequence[IncidenceStep], days: int) -> tuple[Share, Share]:
    """Return the shares in production and cancelled after so many days."""
    past = [each for each in steps if each.days <= days]
    return (past[-1].production, past[-1].cancelled) if past else (Share(0.0), Share(0.0))


def horizon_of(days: int, ways: Sequence[Way], steps: Sequence[IncidenceStep]) -> Horizon:
    """Return the shares of a curve after so many days, None where too few were begun that long ago."""
    followed = sum(each.seen >= days for each in ways)
    if followed < LEAST_FOLLOWED:
        return Horizon(days, followed, None, None)
    return Horizon(days, followed, *share_at(steps, days))
