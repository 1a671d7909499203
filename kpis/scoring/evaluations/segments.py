"""The parts of an evaluation, by name: slices and groups with all of their cases, and which of them are hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from kpis.scoring.evaluations.groups import counts_by_values, group_name, groupings
from kpis.scoring.evaluations.suppression import LEAST_SHOWN, hidden_cells
from projects.progress.evaluations.ladder import Ladder, merge_ladders
from projects.progress.evaluations.tally import Tally

Kind = Literal["all", "slice", "group"]


def ladders_of(tally: Tally) -> dict[str, tuple[Kind, Ladder]]:
    """Return each slice and each group of one column, named "column=value"; a column that is both is one of groups."""
    found: dict[str, tuple[Kind, Ladder]] = {name: ("slice", ladder) for name, ladder in tally.by_slice.items()}
    return found | {name: ("group", ladder) for name, ladder in by_group(tally).items()}


def by_group(tally: Tally) -> dict[str, Ladder]:
    """Return the counts of each group of one column; cases that state no value are in none."""
    parts: defaultdict[str, list[Ladder]] = defaultdict(list)
    for stratum, ladder in tally.strata:
        for column, value in zip(tally.group_columns, stratum.groups):
            if value:
                parts[group_name([column], [value])].append(ladder)
    return {name: merge_ladders(parts[name], tally.scale) for name in sorted(parts)}


def hidden_groups(tally: Tally, minimum: int = LEAST_SHOWN) -> frozenset[str]:
    """Return the names of the groups, alone and crossed, that are not shown because few people are in them."""
    hidden = hidden_cells({columns: sizes_of(tally, columns) for columns in groupings(tally)}, minimum)
    return frozenset(group_name(columns, values) for columns, keys in hidden.items() for values in keys)


def sizes_of(tally: Tally, columns: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Return how many cases each group of some columns has, by its values."""
    return {values: counts.n for values, counts in counts_by_values(tally, 0.0, columns).items()}


def right_of(ladder: Ladder) -> int:
    """Return in how many of all cases the model was right, those that it would leave to people included."""
    return sum(ladder.right) + ladder.abstained_right
