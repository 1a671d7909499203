"""Repeats of a run: the same experiment with another seed, which shows how much chance alone moves a metric. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SEEDS: Final = frozenset({"seed", "random_seed", "random_state", "global_seed", "torch_seed", "np_seed"})
FEWEST: Final = 3
"""A spread is stated from so many runs on; two say too little."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The sample standard deviation of a metric over n repeats."""

    sigma: float
    n: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A run as far as repeats are concerned: what it was given (params, code, data), and what came out."""

    params: Mapping[str, str]
    commit: str = ""
    data: frozenset[str] = frozenset()

    @property
    def seed(self) -> tuple[tuple[str, str], ...]:
        """The params that are seeds."""
        return tuple(sorted((key, str(value)) for key, value in self.params.items() if _is_seed(key)))

    @property
    def rest(self) -> tuple[object, ...]:
        """Everything but the seed."""
        others = tuple(sorted((key, str(value)) for key, value in self.params.items() if not _is_seed(key)))
        return others, self.commit, self.data


def repeats_of(trial: Trial, others: Mapping[int, Trial]) -> list[int]:
    """Return the ids of trials that differ from one in nothing but the seed, the first of each seed.

    None where it states no seed; the trial itself is among them where it is among the others.
    """
    if not trial.seed:
        return []
    found: dict[object, int] = {}
    for each, other in others.items():
        if other.seed and other.rest == trial.rest:
            found.setdefault(other.seed, each)
    return list(found.values())


def spreads(metrics: Sequence[Mapping[str, float | None]], keys: Collection[str]) -> dict[str, Spread]:
    """Return the spread of each metric that at least three of the repeats report as a number."""
    found = {}
    for key in keys:
        values = [value for each in metrics if (value := each.get(key)) is not None]
        if len(values) >= FEWEST:
            found[key] = Spread(statistics.stdev(values), len(values))
    return found


def _is_seed(key: str) -> bool:
    return key.lower().rpartition(".")[2].rpartition("/")[2] in SEEDS
