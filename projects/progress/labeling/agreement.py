"""How far annotators agree: percent, Fleiss' kappa and Krippendorff's alpha, in all and per class.

Sources: Fleiss 1971 (Psychological Bulletin 76, 378-382); Krippendorff 2011, "Computing Krippendorff's
Alpha-Reliability" (nominal metric, missing labels allowed); Efron 1979 for the bootstrap, which draws tasks. Tasks with
a single label say nothing about agreement and are left out of every figure here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projects.progress.labeling.coefficients import (
    DEFAULT_BOOTSTRAP,
    Bootstrap,
    Coefficient,
    Undefined,
    coefficient,
)
from projects.progress.labeling.patterns import Patterns

CHUNK = 4_000_000
"""How many counts are resampled at once, so that memory stays below 100 MB whatever the number of patterns."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """One class against all others, on `labels` labels that can be compared.

    `specific` is how often a second annotator gives the class where a first one does; `alpha` is Krippendorff's of
    "this class or another".
    """

    name: str
    labels: int
    specific: Coefficient
    alpha: Coefficient


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on tasks with two labels or more; `disputed` of them have different ones.

    `percent` is the mean over tasks of the share of pairs that agree, `expected` the disagreement that chance alone
    would give (Krippendorff's, None where there is nothing to compare).
    """

    tasks: int
    disputed: int
    labels: int
    percent: Coefficient
    fleiss: Coefficient
    alpha: Coefficient
    classes: tuple[ClassAgreement, ...]
    expected: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Patterns as columns: tasks by pattern, labels per task, and counts by pattern and class."""

    classes: tuple[str, ...]
    tasks: NDArray[np.int64]
    raters: NDArray[np.int64]
    counts: NDArray[np.int64]


def agreement(patterns: Patterns, bootstrap: Bootstrap = DEFAULT_BOOTSTRAP) -> Agreement:
    """Return every figure with its interval; the cost depends on the number of distinct patterns, not of tasks."""
    columns = _columns(patterns)
    point = _figures(columns, columns.tasks[None, :].astype(np.float64))[0]
    drawn = np.concatenate([_figures(columns, weights) for weights in _resamples(columns.tasks, bootstrap)])
    reasons = _reasons(columns)
    found = [coefficient(float(a), why, b, bootstrap.confidence) for a, why, b in zip(point, reasons, drawn.T)]
    percent, fleiss, alpha, *rest = found
    size, labels = len(columns.classes), columns.tasks @ columns.counts
    classes = map(ClassAgreement, columns.classes, labels.tolist(), rest[:size], rest[size:])
    disputed = int(columns.tasks[np.count_nonzero(columns.counts, axis=1) > 1].sum())
    whole = (int(columns.tasks.sum()), disputed, int(labels.sum()))
    return Agreement(*whole, percent, fleiss, alpha, tuple(classes), _expected(labels))


def _columns(patterns: Patterns) -> _Columns:
    kept = [(pattern, n) for pattern, n in patterns.counts if sum(times for _, times in pattern) > 1]
    classes = tuple(sorted({label for pattern, _ in kept for label, _ in pattern}))
    place = {name: each for each, name in enumerate(classes)}
    counts = np.zeros((len(kept), len(classes)), dtype=np.int64)
    for row, (pattern, _) in enumerate(kept):
        for label, times in pattern:
            counts[row, place[label]] = times
    return _Columns(classes, np.array([n for _, n in kept], dtype=np.int64), counts.sum(axis=1), counts)


def _resamples(tasks: NDArray[np.int64], bootstrap: Bootstrap) -> Iterator[Floats]:
    """Yield tasks by pattern of resamples, one a row, a chunk at a time."""
    if not tasks.size:
        yield np.zeros((1, 0))
        return
    chance, left = np.random.default_rng(bootstrap.seed), bootstrap.resamples
    most = max(1, CHUNK // tasks.size)
    while left:
        rows = min(left, most)
        yield chance.multinomial(tasks.sum(), tasks / tasks.sum(), size=rows).astype(np.float64)
        left -= rows


def _figures(columns: _Columns, weights: Floats) -> Floats:
    """Return a row per row of weights: percent, Fleiss, alpha, then specific agreement and alpha of each class.

    A figure that has no value is NaN. Sums of counts stay exact: they are whole and far below 2^53.
    """
    raters = columns.raters[:, None]
    same = columns.counts * (columns.counts - 1) / np.maximum(1, raters - 1)
    labels, same_by_class = weights @ columns.counts, weights @ same
    n, same_n = labels.sum(axis=1), same_by_class.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = (weights @ (same / raters).sum(axis=1)) / weights.sum(axis=1)
        squares = (labels**2).sum(axis=1)
        chance = squares / n**2
        fleiss = np.where(squares == n**2, np.nan, (percent - chance) / (1 - chance))
        alpha = 1 - (n - 1) * (n - same_n) / np.where(squares == n**2, np.nan, n**2 - squares)
        specific = same_by_class / np.where(labels == 0, np.nan, labels)
        others = n[:, None] - labels
        varied = np.where(labels * others == 0, np.nan, labels * others)
        alphas = 1 - (n[:, None] - 1) * (labels - same_by_class) / varied
    if len(set(columns.raters.tolist())) > 1:
        fleiss = np.full_like(fleiss, np.nan)
    return np.column_stack([percent, fleiss, alpha, specific, alphas])


def _reasons(columns: _Columns) -> list[Undefined]:
    """Return why each figure is undefined, in the order of `_figures`."""
    size = len(columns.classes)
    if not size:
        return ["no_overlap"] * 3
    varied: Undefined = "" if size > 1 else "no_variation"
    unequal: Undefined = "unequal" if len(set(columns.raters.tolist())) > 1 else ""
    plain: list[Undefined] = [""] * size
    return ["", varied or unequal, varied, *plain, *([varied] * size)]


def _expected(labels: NDArray[np.int64]) -> float | None:
    n = int(labels.sum())
    return (n * n - int((labels**2).sum())) / (n * (n - 1)) if n > 1 else None
