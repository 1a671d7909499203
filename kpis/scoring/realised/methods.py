"""Three ways to read an effect from a KPI's own history: each with an interval, or a reason why not. Pure.

Sources: difference in differences as in Card and Krueger (1994, AER 84, 772-793), over time on the difference of the
two series (Bertrand, Duflo and Mullainathan 2004, QJE 119, 249-275, say why the errors of single periods cannot be
taken as independent); interrupted time series as segmented regression (Wagner, Soumerai, Zhang and Ross-Degnan 2002,
J Clin Pharm Ther 27, 299-309), with at least eight periods before the change (Penfold and Zhang 2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from kpis.scoring.realised.regression import Estimate, Fit, fit_hac, unit
from kpis.scoring.realised.seasons import season_columns
from kpis.scoring.realised.series import Floats, NotCredible, Parted, Series, enough, part

LEVEL_BEFORE, LEVEL_AFTER = 6, 4
TREND_BEFORE, TREND_AFTER = 8, 4
ALONE: Final = "the KPI and its control moved apart before the change already, by {slope:+.3g} a period"


@dataclass(frozen=True)
class Measured:
    """An effect: the mean difference that the change made in the periods after it, in the unit of the series.

    It is a weighted sum of the coefficients of `fit`. `drift` is how much a difference moved per period before the
    change; `season` is what was taken out, `has_trend` says whether the trend may change.
    """

    fit: Fit
    weights: Floats
    n_before: int
    n_after: int
    drift: Estimate | None = None
    season: str = ""
    has_trend: bool = False

    @property
    def value(self) -> float:
        """The effect alone."""
        return self.fit.value(self.weights)

    @property
    def effect(self) -> Estimate:
        """The effect with its interval."""
        return self.fit.estimate(self.weights)

    @property
    def level(self) -> Estimate | None:
        """The jump at the change, where the trend may change too."""
        return self.fit.one(2) if self.has_trend else None

    @property
    def slope(self) -> Estimate | None:
        """The change of the trend per period."""
        return self.fit.one(3) if self.has_trend else None


Method = Callable[[Series, date], Measured]


def before_after(series: Series, since: date) -> Measured:
    """Return the mean after less the mean before."""
    parted = part(series, since)
    enough(parted, LEVEL_BEFORE, LEVEL_AFTER)
    return _step(parted)


def difference_in_differences(difference: Series, since: date) -> Measured:
    """Return how much more a KPI moved than its control did; the series is the KPI less the control.

    Raises NotCredible where the two moved apart before the change already.
    """
    parted = part(difference, since)
    enough(parted, TREND_BEFORE, LEVEL_AFTER)
    drift = _drift(parted)
    if not drift.is_zero_inside:
        raise NotCredible(ALONE.format(slope=drift.value))
    return replace(_step(parted), drift=drift)


def level_difference(difference: Series, since: date) -> Measured:
    """Return the same without a look at what was before, for dates where nothing happened."""
    parted = part(difference, since)
    enough(parted, TREND_BEFORE, LEVEL_AFTER)
    return _step(parted)


def interrupted(series: Series, since: date, period: str = "") -> Measured:
    """Return the mean distance of the periods after the change from where the trend before it was going.

    `period` is the KPI's: where two whole seasons lie before the change, the season is taken out.
    """
    parted = part(series, since)
    enough(parted, TREND_BEFORE, TREND_AFTER)
    waves, season = season_columns(parted.places, period, parted.n_before)
    since_begin = np.where(parted.after > 0, parted.places - parted.begin, 0.0)
    ones = np.ones(len(parted.places))
    fit = fit_hac(np.column_stack([ones, parted.places, parted.after, since_begin, waves]), parted.values)
    weights = np.zeros(len(fit.coefficients))
    weights[2], weights[3] = 1.0, float(since_begin[parted.after > 0].mean())
    return Measured(fit, weights, parted.n_before, parted.n_after, season=season, has_trend=True)


def _step(parted: Parted) -> Measured:
    fit = fit_hac(np.column_stack([np.ones(len(parted.after)), parted.after]), parted.values)
    return Measured(fit, unit(2, 1), parted.n_before, parted.n_after)


def _drift(parted: Parted) -> Estimate:
    before = parted.after == 0
    places: Floats = parted.places[before]
    return fit_hac(np.column_stack([np.ones(len(places)), places]), parted.values[before]).one(1)
