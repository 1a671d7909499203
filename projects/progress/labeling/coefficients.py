"""A coefficient of agreement with its bootstrap interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Undefined = Literal["", "no_overlap", "no_variation", "unequal"]
WORDS: Final[dict[Undefined, str]] = {
    "": "",
    "no_overlap": "undefined (no task has two labels)",
    "no_variation": "undefined (no variation)",
    "unequal": "undefined (tasks have different numbers of labels)",
}
LEAST_DEFINED: Final = 0.9
"""The share of resamples that must have a value for an interval to be stated."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How tasks are resampled: the same seed gives the same intervals. Raises ValueError for what is no resampling."""

    seed: int = 0
    resamples: int = 1000
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.resamples < 1 or not 0 < self.confidence < 1:
            raise ValueError("A bootstrap needs resamples, and a confidence between 0 and 1.")


DEFAULT_BOOTSTRAP: Final = Bootstrap()


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a percentile interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A value, None with the reason `undefined`.

    `interval` is two-sided, to show; `bounds` are the one-sided ones at the same confidence, which decide. Both are
    None where fewer than nine in ten resamples have a value.
    """

    value: float | None
    undefined: Undefined = ""
    interval: Ends | None = None
    bounds: Ends | None = None

    @property
    def words(self) -> str:
        """Why there is no value; empty where there is one."""
        return WORDS[self.undefined]


def coefficient(value: float, undefined: Undefined, resampled: NDArray[np.float64], confidence: float) -> Coefficient:
    """Return a value with the percentiles of its resamples, NaN where a resample has none."""
    if undefined:
        return Coefficient(None, undefined)
    defined = resampled[~np.isnan(resampled)]
    if len(defined) < LEAST_DEFINED * len(resampled):
        return Coefficient(value)
    return Coefficient(value, "", _ends(defined, (1 - confidence) / 2), _ends(defined, 1 - confidence))


def _ends(values: NDArray[np.float64], side: float) -> Ends:
    low, high = np.quantile(values, [side, 1 - side])
    return Ends(float(low), float(high))
