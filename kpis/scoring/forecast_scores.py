"""How good forecasts of a number of periods were: coverage against nominal mass, pinball loss and CRPS.

Sources: Koenker and Bassett 1978 for the pinball loss; Gneiting and Raftery 2007 (JASA 102, 359-378) for the continuous
ranked probability score, here of whole periods: Σ (F(t) − 1[t ≥ actual])². Lower is better in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpis.scoring.convolution import Finish, finish


@dataclass(frozen=True, slots=True)
class QuantileScore:
    """How one quantile did over n forecasts.

    `coverage` is the share of outcomes at or before it, `nominal` the mean chance that the forecasts gave to that: more
    than the level, since periods are whole. `pinball` is in periods.
    """

    level: float
    n: int
    coverage: float
    nominal: float
    pinball: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What forecasts would have said in the past, None where the history was too short for any."""

    window: int
    p50: QuantileScore | None
    p85: QuantileScore | None
    crps: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """A forecast made at a past moment, and how many periods it took.

    Where the series ends before, `actual` is the first period after its end, and `ended` is false. `known` periods of
    the series remain.
    """

    forecast: Finish
    actual: int
    known: int

    @property
    def ended(self) -> bool:
        """Whether the outcome is known."""
        return self.actual <= self.known


def pinball(actual: float, forecast: float, level: float) -> float:
    """Return the loss of a quantile forecast: early by d costs level · d, late by d costs (1 − level) · d."""
    return max(level * (actual - forecast), (level - 1) * (actual - forecast))


def crps(forecast: Finish, actual: int) -> float:
    """Return the continuous ranked probability score of a forecast that ends within its horizon, in periods."""
    last = max(actual, len(forecast.done))
    return sum((forecast.after(t) - (t >= actual)) ** 2 for t in range(last + 1))


def backtest(series: Sequence[int], window: int, ahead: int) -> Backtest:
    """Return how forecasts from the last `window` periods did, at each moment of a series of outputs.

    The pieces are what `ahead` mean periods of the window bring, at least one. A quantile is scored wherever the series
    goes on as long as it says, which was known when it was made; so slow outcomes count as much as quick ones. Raises
    ValueError for a window or a length below 1.
    """
    return score(list(past_forecasts(series, window, ahead)), window)


def past_forecasts(series: Sequence[int], window: int, ahead: int) -> Iterator[Past]:
    """Yield the forecast of each moment that has a full window before it, and output in it."""
    if window < 1 or ahead < 1:
        raise ValueError("A backtest looks at least one period back and one ahead.")
    for now in range(window, len(series)):
        history, rest = series[now - window : now], series[now:]
        if any(history):
            pieces = max(1, round(ahead * sum(history) / window))
            yield Past(finish(pieces, [history]), _taken(rest, pieces), len(rest))


def score(past: Sequence[Past], window: int) -> Backtest:
    """Return how past forecasts did; an outcome after the end of the series counts as the first period after it."""
    judged = [each for each in past if (said := each.forecast.quantile(0.85)) and said <= each.known]
    loss = sum(crps(each.forecast, each.actual) for each in judged) / len(judged) if judged else None
    return Backtest(window, _scored(past, 0.5), _scored(past, 0.85), loss)


def _scored(past: Sequence[Past], level: float) -> QuantileScore | None:
    known = [(each, said) for each in past if (said := each.forecast.quantile(level)) and said <= each.known]
    if not known:
        return None
    kept = sum(each.actual <= said for each, said in known)
    nominal = sum(each.forecast.after(said) for each, said in known)
    loss = sum(pinball(each.actual, said, level) for each, said in known)
    return QuantileScore(level, len(known), kept / len(known), nominal / len(known), loss / len(known))


def _taken(outputs: Sequence[int], pieces: int) -> int:
    """Return after how many outputs so many pieces are done, one more than there are where they are not."""
    done = 0
    for place, output in enumerate(outputs):
        done += output
        if done >= pieces:
            return place + 1
    return len(outputs) + 1
