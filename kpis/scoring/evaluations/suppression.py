"""Which cells are hidden, so that small groups of people cannot be read off a table or off its totals.

A cell below the minimum n is hidden. Where a line of the table shows its total, a single hidden cell could be
subtracted back, and several that are small together nearly so; then the next smallest cell of the line, its
complement, is hidden too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Final

Key = tuple[str, ...]
LEAST_SHOWN: Final = 10


def suppressed(cells: Mapping[Key, int], minimum: int, already: Collection[Key] = ()) -> frozenset[Key]:
    """Return the keys of the cells to hide; a key has one value per column, and totals are shown along each.

    An empty cell hides nobody and is left alone; `already` are cells that are hidden for another reason. Raises
    ValueError for keys of unequal length or negative counts.
    """
    if len({len(key) for key in cells}) > 1 or any(n < 0 for n in cells.values()):
        raise ValueError("Cells have one value per column, and are counted from 0.")
    hidden = {key for key, n in cells.items() if n and (n < minimum or key in already)}
    lines = _lines(cells)
    while True:
        more = {found for line in lines if (found := _complement(line, cells, hidden, minimum)) is not None}
        if not more:
            return frozenset(hidden)
        hidden.add(min(more, key=lambda key: (cells[key], key)))


def hidden_cells(tables: Mapping[Key, Mapping[Key, int]], minimum: int = LEAST_SHOWN) -> dict[Key, frozenset[Key]]:
    """Return the cells to hide in several tables of the same people, each named by its columns.

    What is hidden in a table is hidden wherever its columns are crossed with others: those cells add up to it.
    """
    found: dict[Key, frozenset[Key]] = {}
    for columns in sorted(tables, key=len):
        cells = tables[columns]
        parts = [
            (places, found[part])
            for size in range(1, len(columns))
            for places in combinations(range(len(columns)), size)
            if (part := tuple(columns[place] for place in places)) in found
        ]
        already = {key for key in cells for places, hidden in parts if tuple(key[place] for place in places) in hidden}
        found[columns] = suppressed(cells, minimum, already)
    return found


def _lines(cells: Mapping[Key, int]) -> list[list[Key]]:
    lines: defaultdict[tuple[int, Key], list[Key]] = defaultdict(list)
    for key in sorted(cells):
        for axis in range(len(key)):
            lines[axis, key[:axis] + key[axis + 1 :]].append(key)
    return list(lines.values())


def _complement(line: list[Key], cells: Mapping[Key, int], hidden: set[Key], minimum: int) -> Key | None:
    mine = [key for key in line if key in hidden]
    if not mine or (len(mine) > 1 and sum(cells[key] for key in mine) >= minimum):
        return None
    shown = [key for key in line if key not in hidden and cells[key]]
    return min(shown, key=lambda key: (cells[key], key), default=None)
