"""How many tasks were labeled in the same way: all that agreement over annotators needs.

A pattern is how often each label was given to a task, without who gave it. Tasks with one pattern are alike to every
coefficient of agreement, and to its bootstrap, so the number of tasks by pattern is a sufficient statistic. The numbers
are whole and add up; a change of some tasks moves these from pattern to pattern, and costs only them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Pattern = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Tasks by pattern, in order; a pattern without tasks is left out. Raises ValueError for counts below 1."""

    counts: tuple[tuple[Pattern, int], ...] = ()

    def __post_init__(self) -> None:
        if not all(type(n) is int and n > 0 for _, n in self.counts):
            raise ValueError("Tasks by pattern are whole numbers from 1.")
        if any(a[0] >= b[0] for a, b in zip(self.counts, self.counts[1:])):
            raise ValueError("Patterns are distinct and in order.")

    @property
    def tasks(self) -> int:
        """How many tasks have a label."""
        return sum(n for _, n in self.counts)

    @property
    def labels(self) -> Counter[str]:
        """How often each label was given."""
        found: Counter[str] = Counter()
        for pattern, n in self.counts:
            for label, times in pattern:
                found[label] += times * n
        return found


def pattern_of(labels: Iterable[str]) -> Pattern:
    """Return the pattern of one task from the labels that it was given."""
    return tuple(sorted(Counter(labels).items()))


def patterns_of(tasks: Iterable[Pattern]) -> Patterns:
    """Count tasks; one without a label belongs to no pattern."""
    return _sorted(Counter(pattern for pattern in tasks if pattern))


def patterns_by(tasks: Mapping[str, Pattern], periods: Mapping[str, str]) -> dict[str, Patterns]:
    """Count tasks by period, such as the week of their last label, in order; a task that has none is in none."""
    found: defaultdict[str, list[Pattern]] = defaultdict(list)
    for task, pattern in tasks.items():
        if task in periods:
            found[periods[task]].append(pattern)
    return {period: patterns_of(found[period]) for period in sorted(found)}


def merge_patterns(parts: Iterable[Patterns]) -> Patterns:
    """Add parts without common tasks, in any order."""
    sums: Counter[Pattern] = Counter()
    for part in parts:
        for pattern, n in part.counts:
            sums[pattern] += n
    return _sorted(sums)


def moves(before: Iterable[Pattern], after: Iterable[Pattern]) -> dict[Pattern, int]:
    """Return by how many tasks each pattern grows or shrinks when the changed tasks go from `before` to `after`.

    Both name the changed tasks alone; a task that is new or gone has no pattern, `()`, on the other side.
    """
    change = Counter(pattern for pattern in after if pattern)
    change.subtract(pattern for pattern in before if pattern)
    return {pattern: n for pattern, n in sorted(change.items()) if n}


def moved(patterns: Patterns, change: Mapping[Pattern, int]) -> Patterns:
    """Return the patterns after a change. Raises ValueError where a pattern would have fewer than no tasks."""
    sums = dict(patterns.counts)
    for pattern, n in change.items():
        sums[pattern] = sums.get(pattern, 0) + n
        if sums[pattern] < 0:
            raise ValueError("More tasks leave a pattern than it has.")
    return _sorted(sums)


def _sorted(sums: Mapping[Pattern, int]) -> Patterns:
    return Patterns(tuple(sorted((pattern, n) for pattern, n in sums.items() if n)))
