"""How kept forecasts of dates did, once their days came: coverage, pinball loss, width, and the owner's own date.

- A quantile is scored once its day is over, which was known when it was made: so slow outcomes count as much as quick
  ones. Until then it is *open* (censored). What was cancelled before that day has no outcome: it is a competing risk,
  counted apart. What was cancelled after it had missed it already.
- An initiative counts once, however often it was forecast: forecasts of one initiative hit or miss together. Its share
  is the mean over its forecasts; the interval is the exact one (Clopper and Pearson 1934) of so many initiatives.
- Pinball (Koenker and Bassett 1978) is in days. While the outcome is not known it is taken as the day after today, so
  the loss is at least what is said.

This is the definition; the database computes the same from all that was kept (`kpis.selectors.forecast_scores`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import Literal

from kpis.scoring.forecast_scores import pinball
from kpis.scoring.proportions import Interval, clopper_pearson

State = Literal["due", "open", "cancelled"]


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """A forecast that was kept, and what became of it.

    `mass50` and `mass85` are the chances that it gave to its dates, at least 0.5 and 0.85 since days are whole.
    `owner_date` is the target date that the owner had then. An outcome is a day on which it was reached or cancelled.
    """

    initiative: str
    as_of: date
    p50: date | None
    p85: date | None
    mass50: float = 0.5
    mass85: float = 0.85
    owner_date: date | None = None
    reached_on: date | None = None
    cancelled_on: date | None = None

    def state(self, day: date, today: date) -> State:
        """Say whether a day that was named is over; whatever was reached before it waits for it too."""
        if self.cancelled_on is not None and self.cancelled_on <= day:
            return "cancelled"
        return "due" if day < today else "open"


@dataclass(frozen=True, slots=True)
class DateScore:
    """How one kind of date did over `forecasts` forecasts of n initiatives.

    `coverage` is the share of outcomes on or before it, with its interval at 95 %, `nominal` the mean chance that the
    forecasts gave to that, None for dates that claim none. `loss` is the mean pinball loss in days, at least, since
    `unfinished` of them have no outcome yet.
    """

    level: float
    n: int
    forecasts: int
    coverage: float
    interval: Interval
    nominal: float | None
    loss: float
    unfinished: int

    @property
    def is_off(self) -> bool:
        """Say whether chance alone does not explain how far the coverage is from what was claimed."""
        return self.nominal is not None and not self.interval.low <= self.nominal <= self.interval.high


@dataclass(frozen=True, slots=True)
class Sharpness:
    """How wide n forecasts were, in days: P50 to P85, and the day of the forecast to P85. Narrower is sharper."""

    n: int
    width: float
    width_median: float
    ahead: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the kept forecasts did; None where no day has come yet.

    `owner` scores the owners' dates and `beside` P50 over the same forecasts, both as if they claimed one half. Of all
    kept forecasts `without_date` had none, `open` wait for their P85, and `cancelled` ended before it.
    """

    p50: DateScore | None
    p85: DateScore | None
    owner: DateScore | None
    beside: DateScore | None
    sharpness: Sharpness | None
    kept: int
    without_date: int
    open: int
    cancelled: int


def calibration(kept: Sequence[KeptForecast], today: date) -> Calibration:
    """Return how forecasts did whose days were over before `today`."""
    both = [each for each in kept if each.p50 and each.p85]
    owned = [each for each in both if each.owner_date and _is_due(each, each.owner_date, today)]
    owned = [each for each in owned if each.p50 and _is_due(each, each.p50, today)]
    states = [each.state(each.p85, today) for each in both if each.p85]
    return Calibration(
        _scored(both, lambda each: each.p50, 0.5, today, lambda each: each.mass50),
        _scored(both, lambda each: each.p85, 0.85, today, lambda each: each.mass85),
        _scored(owned, lambda each: each.owner_date, 0.5, today),
        _scored(owned, lambda each: each.p50, 0.5, today, lambda each: each.mass50),
        _sharpness(both),
        len(kept),
        len(kept) - len(both),
        states.count("open"),
        states.count("cancelled"),
    )


def _is_due(each: KeptForecast, day: date, today: date) -> bool:
    return each.state(day, today) == "due"


def _scored(
    kept: Iterable[KeptForecast],
    of: Callable[[KeptForecast], date | None],
    level: float,
    today: date,
    claimed: Callable[[KeptForecast], float] | None = None,
) -> DateScore | None:
    due = [(each, day) for each in kept if (day := of(each)) and _is_due(each, day, today)]
    if not due:
        return None
    hits: defaultdict[str, list[float]] = defaultdict(list)
    masses: defaultdict[str, list[float]] = defaultdict(list)
    losses: defaultdict[str, list[float]] = defaultdict(list)
    for each, day in due:
        hits[each.initiative].append(float(each.reached_on is not None and each.reached_on <= day))
        masses[each.initiative].append(claimed(each) if claimed else 0.0)
        losses[each.initiative].append(_loss(each, day, level, today))
    return date_score(
        level,
        n=len(hits),
        forecasts=len(due),
        coverage=_mean(hits.values()),
        claimed=_mean(masses.values()) if claimed else None,
        loss=_mean(losses.values()),
        unfinished=sum(each.reached_on is None for each, _ in due),
    )


def date_score(
    level: float, *, n: int, forecasts: int, coverage: float, claimed: float | None, loss: float, unfinished: int
) -> DateScore:
    """Return a score with the interval of its coverage, which is the mean over n initiatives."""
    interval = clopper_pearson(min(float(n), coverage * n), n)
    return DateScore(level, n, forecasts, coverage, interval, claimed, loss, unfinished)


def _loss(each: KeptForecast, day: date, level: float, today: date) -> float:
    """Return the loss of a date, at least; a cancelled one is late until it was cancelled at least."""
    actual = each.reached_on or each.cancelled_on or today + timedelta(days=1)
    return pinball((actual - each.as_of).days, (day - each.as_of).days, level)


def _sharpness(both: Sequence[KeptForecast]) -> Sharpness | None:
    widths = [(each.p85 - each.p50).days for each in both if each.p50 and each.p85]
    ahead = [(each.p85 - each.as_of).days for each in both if each.p85]
    return Sharpness(len(widths), fmean(widths), float(median(widths)), fmean(ahead)) if widths else None


def _mean(by_initiative: Iterable[Sequence[float]]) -> float:
    """Return the mean over initiatives of the mean over forecasts."""
    return fmean(fmean(each) for each in by_initiative)
