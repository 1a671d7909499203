"""A fairness audit at one threshold: what the model does with each group of people, alone and crossed.

Each rate is hidden by itself where it rests on few people, and where it would give such a rate away through totals or
through the other rates of its group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.fairness import Gap, gap
from kpis.scoring.evaluations.four_fifths import FourFifths, four_fifths
from kpis.scoring.evaluations.groups import GroupCounts, counts_by_values, group_name, groupings
from kpis.scoring.evaluations.reporting import SMALLEST_GROUP
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.suppression import LEAST_SHOWN, Key, hidden_cells
from kpis.scoring.inputs import EvaluationFacts

RATES: Final = ("coverage", "error_rate", "selection_rate", "true_positive_rate", "false_positive_rate")
OF_CLASSES: Final = RATES[2:]
MOST_CROSSED: Final = 3
State = Literal["shown", "too_small", "undefined", "hidden"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of one group. "undefined" has no cases, "too_small" is shown and not judged, "hidden" is not shown.

    `share` is empty where the rate is hidden.
    """

    name: str
    state: State
    share: Share


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its rates in the order of RATES; `n` is None where the group is hidden."""

    name: str
    n: int | None
    rates: tuple[Rate, ...]

    @property
    def hidden(self) -> bool:
        """Whether nothing of it is shown."""
        return self.n is None

    def rate(self, name: str) -> Rate:
        """Return one rate by its name."""
        return next(each for each in self.rates if each.name == name)


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of some columns together, the gaps between those that may be shown, and the four-fifths rule.

    Gaps hold at once for all pairs of a rate (Bonferroni). Without a favourable class the last three compare nothing.
    """

    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    gaps: Mapping[str, Gap]
    four_fifths: FourFifths

    @property
    def name(self) -> str:
        """The columns in words."""
        return " × ".join(self.columns)

    @property
    def equalized_odds(self) -> float | None:
        """The larger difference of true and false positive rates; None when either cannot be compared."""
        parts = [self.gaps[name].difference for name in OF_CLASSES[1:]]
        return None if None in parts else max(part for part in parts if part is not None)

    @property
    def pairs(self) -> int:
        """How many pairs of groups are compared in the rate that compares most."""
        return max((each.pairs for each in self.gaps.values()), default=0)

    @property
    def hidden(self) -> int:
        """How many groups are hidden."""
        return sum(group.hidden for group in self.groups)


@dataclass(frozen=True, slots=True)
class Audit:
    """The tables of an evaluation at one point of its curve, single columns first."""

    facts: EvaluationFacts
    point: CurvePoint
    tables: tuple[Table, ...]
    minimum: int = LEAST_SHOWN
    smallest: int = SMALLEST_GROUP

    @property
    def has_classes(self) -> bool:
        """Whether a favourable class was declared."""
        return bool(self.facts.favourable) or any(each.positive is not None for each, _ in self.facts.tally.strata)

    @property
    def hidden(self) -> int:
        """How many groups are hidden, in all tables."""
        return sum(table.hidden for table in self.tables)


def audit(
    facts: EvaluationFacts, point: CurvePoint, minimum: int = LEAST_SHOWN, smallest: int = SMALLEST_GROUP
) -> Audit:
    """Audit an evaluation: each group column, and up to three columns crossed.

    Rates of fewer than `minimum` cases are hidden with their complements; those of fewer than `smallest` are too small
    to judge.
    """
    chosen = [columns for columns in groupings(facts.tally) if len(columns) <= MOST_CROSSED]
    counts = {columns: counts_by_values(facts.tally, point.threshold, columns) for columns in chosen}
    hidden = hidden_rates(counts, minimum)
    tables = tuple(_table(columns, counts[columns], hidden, smallest) for columns in chosen)
    return Audit(facts, point, tables, minimum, smallest)


Hidden = Mapping[str, Mapping[Key, frozenset[Key]]]


def hidden_rates(counts: Mapping[Key, Mapping[Key, GroupCounts]], minimum: int = LEAST_SHOWN) -> Hidden:
    """Return which cells are hidden, by rate, columns and values; the rate "n" hides the group whole.

    True and false positive rates are hidden together: beside the selection rate, one gives the other away.
    """
    found: dict[str, dict[Key, frozenset[Key]]] = {"n": hidden_cells(_sizes(counts, "coverage"), minimum)}
    for name in RATES:
        cells = hidden_cells(_sizes(counts, name), minimum)
        found[name] = {columns: cells[columns] | found["n"][columns] for columns in counts}
    both = {columns: found[OF_CLASSES[1]][columns] | found[OF_CLASSES[2]][columns] for columns in counts}
    return {**found, OF_CLASSES[1]: both, OF_CLASSES[2]: both}


def _sizes(counts: Mapping[Key, Mapping[Key, GroupCounts]], rate: str) -> dict[Key, dict[Key, int]]:
    return {
        columns: {values: _share(each, rate).n for values, each in groups.items()} for columns, groups in counts.items()
    }


def _share(counts: GroupCounts, rate: str) -> Share:
    share: Share = getattr(counts, rate)
    return share


def _table(columns: Key, counts: Mapping[Key, GroupCounts], hidden: Hidden, smallest: int) -> Table:
    groups = [
        _group(
            group_name(columns, values), each, {name for name in hidden if values in hidden[name][columns]}, smallest
        )
        for values, each in counts.items()
    ]
    shown = {
        name: {each.name: rate.share for each in groups if (rate := each.rate(name)).state != "hidden"}
        for name in RATES
    }
    gaps = {name: gap(shares, smallest) for name, shares in shown.items()}
    return Table(columns, tuple(groups), gaps, four_fifths(shown["selection_rate"], smallest))


def _group(name: str, counts: GroupCounts, hidden: set[str], smallest: int) -> Group:
    rates = tuple(_rate(rate, _share(counts, rate), rate in hidden, smallest) for rate in RATES)
    return Group(name, None if "n" in hidden else counts.n, rates)


def _rate(name: str, share: Share, is_hidden: bool, smallest: int) -> Rate:
    if is_hidden:
        return Rate(name, "hidden", Share(0, 0))
    if not share.n:
        return Rate(name, "undefined", share)
    return Rate(name, "too_small" if share.n < smallest else "shown", share)
