"""Two annotators side by side: how often which labels met, and Cohen's kappa.

Source: Cohen 1960 (Educational and Psychological Measurement 20, 37-46). A table of two annotators is a `Confusion`,
the first of the two by name in the place of the label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from projects.progress.evaluations.confusion import Confusion, confusion_from
from projects.progress.labeling.annotations import Ratings
from projects.progress.labeling.coefficients import DEFAULT_BOOTSTRAP, Bootstrap, Coefficient, Undefined, coefficient

Pair = tuple[str, str]
Cell = tuple[Pair, Pair]


def pair_tables(ratings: Ratings) -> dict[Pair, Confusion]:
    """Count the common tasks of each pair of annotators; a pair without any is left out."""
    return moved_tables({}, pair_moves({}, ratings))


def pair_moves(before: Ratings, after: Ratings) -> dict[Cell, int]:
    """Return by how many tasks each cell grows or shrinks when the changed tasks go from `before` to `after`."""
    change = _cells(after)
    change.subtract(_cells(before))
    return {cell: n for cell, n in sorted(change.items()) if n}


def moved_tables(tables: Mapping[Pair, Confusion], change: Mapping[Cell, int]) -> dict[Pair, Confusion]:
    """Return the tables after a change; those of other pairs stay as they are.

    Raises ValueError where a cell would have fewer than no tasks.
    """
    touched: dict[Pair, Counter[Pair]] = {}
    for (pair, labels), n in change.items():
        if pair not in touched:
            kept = tables[pair].counts if pair in tables else ()
            touched[pair] = Counter({(one, two): times for one, two, times in kept})
        touched[pair][labels] += n
    found = dict(tables) | {pair: confusion_from(counts) for pair, counts in touched.items()}
    return {pair: found[pair] for pair in sorted(found) if found[pair].n}


def cohen(table: Confusion, bootstrap: Bootstrap = DEFAULT_BOOTSTRAP) -> Coefficient:
    """Return Cohen's kappa of two annotators on their common tasks."""
    names = {name: place for place, name in enumerate(table.classes)}
    cells = np.array([n for _, _, n in table.counts], dtype=np.int64)
    first = _sides([names[one] for one, _, _ in table.counts], len(names))
    second = _sides([names[two] for _, two, _ in table.counts], len(names))
    reason: Undefined = "" if len(names) > 1 else "no_variation" if names else "no_overlap"
    if reason:
        return Coefficient(None, reason)
    chance = np.random.default_rng(bootstrap.seed)
    drawn = chance.multinomial(table.n, cells / table.n, size=bootstrap.resamples)
    point = _kappa(cells[None, :], first, second)[0]
    return coefficient(float(point), "", _kappa(drawn, first, second), bootstrap.confidence)


def _cells(ratings: Ratings) -> Counter[Cell]:
    return Counter(
        ((one, two), (mine[one], mine[two])) for mine in ratings.values() for one, two in combinations(sorted(mine), 2)
    )


def _sides(places: list[int], size: int) -> NDArray[np.int64]:
    """Return which class each cell has on one side, as ones in a matrix of cells by classes."""
    return np.eye(size, dtype=np.int64)[np.array(places, dtype=np.int64)]


def _kappa(weights: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return kappa of each row of weights, NaN where both gave one and the same class throughout."""
    n = weights.sum(axis=1)
    same = weights @ (first * second).sum(axis=1)
    by_chance = ((weights @ first) * (weights @ second)).sum(axis=1)
    return np.asarray((same * n - by_chance) / np.where(n * n == by_chance, np.nan, n * n - by_chance))
