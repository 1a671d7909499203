"""Least squares whose intervals allow for errors that follow one another. Pure.

Two standard errors are computed, and the wider interval counts, since each alone is too narrow somewhere:

- Newey and West's (1987, Econometrica 55, 703-708), with Bartlett weights and n / (n - k) for small samples, a
  bandwidth of 1.3 √n, and the critical value for a bandwidth that is a fixed share b of n: Lazarus, Lewis, Stock and
  Watson (2018, JBES 36, 541-559), with the polynomial in b of Kiefer and Vogelsang (2005, Econometric Theory 21,
  1130-1164, table 1: Bartlett, 97.5 %), stretched by Student's t over the normal. With few periods after a change it is
  too narrow.
- One of errors of first order (`following`), by Student's t. It holds with few periods, where errors are of that kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import special

from kpis.scoring.realised.following import following_covariance
from kpis.scoring.realised.series import Floats, NotCredible

FIXED_B: Final = (1.9600, 2.9694, 0.4160, -0.5324)
NORMAL: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_zero_inside(self) -> bool:
        """Say whether zero cannot be told from it."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class Fit:
    """Coefficients of a design; `lags` is the last lag with a weight in Newey and West's covariance."""

    design: Floats
    inverse: Floats
    coefficients: Floats
    residuals: Floats
    lags: int

    @cached_property
    def newey_west(self) -> Floats:
        """The covariance of the coefficients whatever the errors' kind."""
        n, k = self.design.shape
        scores = self.design * self.residuals[:, None]
        middle = scores.T @ scores
        for lag in range(1, self.lags + 1):
            beside = scores[lag:].T @ scores[:-lag]
            middle += (1 - lag / (self.lags + 1)) * (beside + beside.T)
        found: Floats = self.inverse @ middle @ self.inverse * (n / (n - k))
        return found

    @cached_property
    def first_order(self) -> Floats:
        """The covariance of the coefficients where each error follows the one before it."""
        way = self.design @ self.inverse
        found: Floats = way.T @ following_covariance(self.design, self.residuals) @ way
        return found

    def value(self, weights: Floats) -> float:
        """Return a weighted sum of the coefficients."""
        return float(weights @ self.coefficients)

    def estimate(self, weights: Floats) -> Estimate:
        """Return a weighted sum of the coefficients with the wider of its intervals."""
        n, k = self.design.shape
        value = self.value(weights)
        half = max(
            critical(n, k, self.lags) * _error(self.newey_west, weights),
            float(special.stdtrit(n - k, 0.975)) * _error(self.first_order, weights),
        )
        return Estimate(value, value - half, value + half)

    def one(self, place: int) -> Estimate:
        """Return one coefficient with its interval."""
        return self.estimate(unit(len(self.coefficients), place))


def unit(k: int, place: int) -> Floats:
    """Return the weights that pick one of k coefficients."""
    found: Floats = np.eye(k)[place]
    return found


def lags_of(n: int) -> int:
    """Return the last lag with a weight for n periods: 1.3 √n less one."""
    return max(0, min(n - 1, math.ceil(1.3 * math.sqrt(n)) - 1))


def critical(n: int, k: int, lags: int) -> float:
    """Return the two-sided 95 % critical value for n periods, k coefficients and weights up to `lags`."""
    share = (lags + 1) / n
    wide = sum(factor * share**power for power, factor in enumerate(FIXED_B))
    return wide * float(special.stdtrit(n - k, 0.975)) / NORMAL


def fit_hac(design: Floats, values: Floats) -> Fit:
    """Fit values by the columns of a design. Raises NotCredible where these cannot be told apart."""
    n, k = design.shape
    if n <= k or np.linalg.matrix_rank(design) < k:
        raise NotCredible("there are too few periods to tell the change from the trend")
    inverse = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    coefficients: Floats = inverse @ design.T @ values
    return Fit(design, inverse, coefficients, values - design @ coefficients, lags_of(n))


def _error(covariance: Floats, weights: Floats) -> float:
    return math.sqrt(max(0.0, float(weights @ covariance @ weights)))
