"""Where annotators disagree: which classes are taken for each other, and which tasks are disputed most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from projects.progress.labeling.patterns import Pattern, Patterns


@dataclass(frozen=True, slots=True)
class Mixed:
    """Two classes that were given to the same tasks.

    `tasks` have both; `weight` is Krippendorff's coincidence of the two, counted in labels: each task spreads its
    labels over the labels of the others.
    """

    first: str
    second: str
    tasks: int
    weight: float


@dataclass(frozen=True, slots=True)
class Disputed:
    """A task whose labels differ, the share of its pairs of labels that do (0 to 1), and how often each was given."""

    task: str
    disagreement: float
    pattern: Pattern


def disagreement(pattern: Pattern) -> float | None:
    """Return the share of pairs of labels of one task that differ, None with fewer than two labels."""
    n = sum(times for _, times in pattern)
    return 1 - sum(times * (times - 1) for _, times in pattern) / (n * (n - 1)) if n > 1 else None


def coincidences(patterns: Patterns) -> dict[tuple[str, str], Fraction]:
    """Return Krippendorff's coincidences, exactly: o_ck = Σ n_c n_k / (m − 1) over tasks, n_c (n_c − 1) where c = k.

    The matrix is symmetric and sums to the labels that can be compared; cells that never came are left out.
    """
    found: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for pattern, tasks in patterns.counts:
        m = sum(times for _, times in pattern)
        for one, times in pattern if m > 1 else ():
            for two, others in pattern:
                pairs = times * (others - 1 if one == two else others)
                if pairs:
                    found[one, two] += Fraction(tasks * pairs, m - 1)
    return dict(sorted(found.items()))


def mixed_up(patterns: Patterns) -> tuple[Mixed, ...]:
    """Return the pairs of classes that were given to the same tasks, the heaviest first."""
    weights, both = coincidences(patterns), defaultdict[tuple[str, str], int](int)
    for pattern, tasks in patterns.counts:
        for pair in combinations([label for label, _ in pattern], 2):
            both[pair] += tasks
    found = [Mixed(*pair, tasks, float(weights[pair])) for pair, tasks in both.items()]
    return tuple(sorted(found, key=lambda each: (-each.weight, each.first, each.second)))


def most_disputed(tasks: Mapping[str, Pattern], limit: int) -> tuple[Disputed, ...]:
    """Return at most so many tasks, the most disputed first, of equal ones those with more labels, then by name."""
    shares = ((task, pattern, disagreement(pattern)) for task, pattern in tasks.items())
    found = [Disputed(task, share, pattern) for task, pattern, share in shares if share]
    return tuple(sorted(found, key=_order)[: max(0, limit)])


def _order(each: Disputed) -> tuple[float, int, str]:
    return -each.disagreement, -sum(times for _, times in each.pattern), each.task
