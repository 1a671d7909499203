"""Counts of an evaluation as rows or as columns, and its confusion: JSON to a tally. Pure.

Rows are `{"slices": {…}, "groups": {…}, "positive", "selected", "level" or "confidence", "right", "wrong"}`; columns
are the same keys with one list each, and a list per slice and group column. A level or confidence of null is how a
model abstains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from projects.progress.evaluations.confusion import Confusion, confusion_from
from projects.progress.evaluations.levels import ABSTAINED, SCALE, levels_of
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from projects.services.item_input import LARGEST, Item, pointer
from projects.services.outcomes import Fault
from projects.services.texts import storable

MOST_CELLS: Final = 200_000
MOST_STRATA: Final = 1_000
MOST_PAIRS: Final = 10_000
LONGEST_VALUE: Final = 200
_PLAIN: Final = ("level", "confidence", "positive", "selected", "right", "wrong")
_KEYS: Final = frozenset((*_PLAIN, "slices", "groups"))
_NEEDED: Final = {"right", "wrong"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that an evaluation declares; `favourable` says whether it names a favourable class."""

    slices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    favourable: bool = False


@dataclass(frozen=True, slots=True)
class _Table:
    """Counts as columns, with where in the body a part of a row stands."""

    plain: Mapping[str, list[Any]]
    slices: Mapping[str, list[Any]]
    groups: Mapping[str, list[Any]]
    n: int
    place: Callable[..., str]


class _Refused(Exception):
    """What is wrong with the counts, at its place."""

    def __init__(self, place: str, detail: str, code: str = "invalid") -> None:
        self.fault = Fault(place, code, detail)


def parse_counts(given: Any, columns: Columns) -> tuple[Tally | None, list[Fault]]:
    """Return the tally of counts, or None and the first thing that is wrong with them, with its place."""
    try:
        table = _read(given, columns)
        tally = tally_cells(_cells(table, columns), columns.slices, columns.groups)
        _check_whole(tally)
    except _Refused as refused:
        return None, [refused.fault]
    return tally, []


def _read(given: Any, columns: Columns) -> _Table:
    if isinstance(given, list):
        return _from_rows(given, columns)
    if isinstance(given, Mapping):
        return _from_columns(given, columns)
    if given is None:
        raise _Refused("/counts", "This is needed.", "required")
    raise _Refused("/counts", "Counts are a list of rows, or an object of columns.", "type")


def _from_rows(rows: list[Any], columns: Columns) -> _Table:
    _check_size(len(rows))
    plain: dict[str, list[Any]] = {}
    parts: dict[str, dict[str, list[Any]]] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise _Refused(pointer("counts", number), "A row is an object.", "type")
        _check_keys(row, pointer("counts", number))
        if row.keys() != rows[0].keys():
            raise _Refused(pointer("counts", number), "All rows have the same keys.")
    for name in rows[0]:
        if name in _PLAIN:
            plain[name] = [row[name] for row in rows]
    for name, wanted in (("slices", columns.slices), ("groups", columns.groups)):
        parts[name] = _parts(rows, name, wanted)

    def place(number: int, *names: str) -> str:
        return pointer("counts", number, *names)

    return _Table(plain, parts["slices"], parts["groups"], len(rows), place)


def _parts(rows: list[Any], name: str, wanted: Sequence[str]) -> dict[str, list[Any]]:
    """Return the values of each column; a row that states none of it has null there."""
    known = set(wanted)
    for number, row in enumerate(rows):
        part = row.get(name)
        if part is None:
            continue
        if not isinstance(part, dict):
            raise _Refused(pointer("counts", number, name), "This is an object.", "type")
        for column in part.keys() - known:
            raise _Refused(pointer("counts", number, name, column), f"Name the column in {name[:-1]}_columns.")
    return {column: [(row.get(name) or {}).get(column) for row in rows] for column in wanted}


def _from_columns(given: Mapping[str, Any], columns: Columns) -> _Table:
    _check_keys(given, "/counts")
    plain = {name: _column(given[name], name) for name in _PLAIN if name in given}
    parts: dict[str, dict[str, list[Any]]] = {}
    for name, wanted in (("slices", columns.slices), ("groups", columns.groups)):
        part = given.get(name) or {}
        if not isinstance(part, dict):
            raise _Refused(pointer("counts", name), "This is an object of columns.", "type")
        for column in part.keys() - set(wanted):
            raise _Refused(pointer("counts", name, column), f"Name the column in {name[:-1]}_columns.")
        for column in set(wanted) - part.keys():
            raise _Refused(pointer("counts", name), f"The column {column} is missing.", "required")
        parts[name] = {column: _column(part[column], name, column) for column in wanted}
    n = len(plain["right"])
    _check_size(n)
    for names, column in _named(plain, parts):
        if len(column) != n:
            raise _Refused(pointer("counts", *names), f"This has {len(column)} values, right has {n}.")

    def place(number: int, *names: str) -> str:
        return pointer("counts", *names, number)

    return _Table(plain, parts["slices"], parts["groups"], n, place)


def _named(
    plain: Mapping[str, list[Any]], parts: Mapping[str, Mapping[str, list[Any]]]
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    yield from (((name,), column) for name, column in plain.items())
    yield from (((part, name), column) for part, inner in parts.items() for name, column in inner.items())


def _column(value: Any, *names: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise _Refused(pointer("counts", *names), "A column is a list.", "type")


def _check_size(n: int) -> None:
    if not 1 <= n <= MOST_CELLS:
        raise _Refused("/counts", f"Counts have 1 to {MOST_CELLS:,} rows.")


def _check_keys(given: Mapping[str, Any], place: str) -> None:
    for key in given.keys() - _KEYS:
        raise _Refused(place + pointer(key), f"{key[:80]} is not known here.", "unknown_key")
    for key in sorted(_NEEDED - given.keys()):
        raise _Refused(place + pointer(key), "This is needed.", "required")
    if ("level" in given) == ("confidence" in given):
        raise _Refused(place, "Counts have either a level or a confidence.", "required")
    if ("positive" in given) != ("selected" in given):
        raise _Refused(place, "Counts have both positive and selected, or neither.", "required")


def _cells(table: _Table, columns: Columns) -> Iterator[Cell]:
    levels, right, wrong = _levels(table), _counts(table, "right"), _counts(table, "wrong")
    slices = [_values(table, column, "slices", name) for name, column in table.slices.items()]
    groups = [_values(table, column, "groups", name) for name, column in table.groups.items()]
    strata: dict[Any, Stratum] = {}
    flags = _flags(table, columns)
    keys = zip(zip(*slices) if slices else [()] * table.n, zip(*groups) if groups else [()] * table.n, *flags)
    for number, (key, level, r, w) in enumerate(zip(keys, levels, right, wrong)):
        stratum = strata.get(key) or strata.setdefault(key, Stratum(*key))
        if len(strata) > MOST_STRATA:
            text = f"There are more than {MOST_STRATA:,} combinations of slices, groups and classes."
            raise _Refused(table.place(number, "right"), text)
        if r + w == 0:
            raise _Refused(table.place(number, "right"), "A row counts at least one case.")
        _check_classes(table, number, stratum, r, w)
        yield Cell(stratum, level, r, w)


def _check_classes(table: _Table, number: int, stratum: Stratum, right: int, wrong: int) -> None:
    if stratum.positive != stratum.selected and right:
        raise _Refused(table.place(number, "right"), "Nobody is right whose prediction is not the label.")
    if stratum.positive and stratum.selected and wrong:
        raise _Refused(table.place(number, "wrong"), "Nobody is wrong whose prediction is the label.")


def _levels(table: _Table) -> list[int]:
    if "confidence" in table.plain:
        given = table.plain["confidence"]
        for number, value in enumerate(given):
            if value is not None and (type(value) not in (int, float) or not 0 <= value <= 1):
                text = "A confidence is a number from 0 to 1, or null where the model abstained."
                raise _Refused(table.place(number, "confidence"), text)
        found: list[int] = levels_of(np.array(given, dtype=np.float64)).tolist()
        return found
    levels = table.plain["level"]
    for number, value in enumerate(levels):
        if value is not None and (type(value) is not int or not ABSTAINED <= value <= SCALE):
            text = f"A level is a whole number from 0 to {SCALE}, or null where the model abstained."
            raise _Refused(table.place(number, "level"), text)
    return [ABSTAINED if value is None else value for value in levels]


def _counts(table: _Table, name: str) -> list[int]:
    for number, value in enumerate(table.plain[name]):
        if type(value) is not int or not 0 <= value <= LARGEST:
            raise _Refused(table.place(number, name), "A count is a whole number from 0.")
    return table.plain[name]


def _values(table: _Table, column: list[Any], part: str, name: str) -> list[str]:
    """Return the values of a slice or group column as text; null is "", where a case states none."""
    for value in set(map(_hashable, column)):
        if value is _ODD or len(str(value)) > LONGEST_VALUE or not storable(str(value)):
            number = next(place for place, each in enumerate(column) if _hashable(each) == value)
            text = f"A value is a text of at most {LONGEST_VALUE} characters, a whole number or null."
            raise _Refused(table.place(number, part, name), text)
    return ["" if value is None else str(value) for value in column]


_ODD: Final = object()


def _hashable(value: Any) -> Any:
    return value if value is None or type(value) in (str, int) else _ODD


def _flags(table: _Table, columns: Columns) -> list[list[bool | None]]:
    if "positive" not in table.plain:
        if columns.favourable:
            text = "Where a favourable class is named, counts say positive (label) and selected (prediction)."
            raise _Refused("/counts", text, "required")
        return [[None] * table.n] * 2
    if not columns.favourable:
        raise _Refused("/favourable", "Name the class that positive and selected are about.", "required")
    for name in ("positive", "selected"):
        for number, value in enumerate(table.plain[name]):
            if type(value) is not bool and value not in (0, 1):
                raise _Refused(table.place(number, name), "This is true or false.")
    return [[bool(value) for value in table.plain[name]] for name in ("positive", "selected")]


def _check_whole(tally: Tally) -> None:
    if tally.n > LARGEST:
        raise _Refused("/counts", f"An evaluation has at most {LARGEST:,} cases.")


def parse_confusion(given: Any, tally: Tally, favourable: str) -> tuple[Confusion | None, list[Fault]]:
    """Return the counts of `[{"label", "prediction", "n"}]`, which agree with the tally; nothing given is none.

    Where it is wrong, return None and why.
    """
    if given is None:
        return Confusion(), []
    if not isinstance(given, list) or len(given) > MOST_PAIRS:
        return None, [Fault("/confusion", "type", f"This is a list of at most {MOST_PAIRS:,} objects.")]
    counts: dict[tuple[str, str], int] = {}
    holder = Item({}, "/confusion")
    for number, each in enumerate(given):
        if not isinstance(each, dict):
            holder.refuse(number, "This is an object with label, prediction and n.", "type")
            continue
        item = Item(each, f"/confusion/{number}", holder.faults)
        item.refuse_unknown(("label", "prediction", "n"))
        pair = (item.text("label", LONGEST_VALUE, empty=False), item.text("prediction", LONGEST_VALUE, empty=False))
        if pair in counts:
            item.refuse_whole("This pair is there already.")
        counts[pair] = item.whole("n", 1) or 0
        if each.get("n") is None:
            item.refuse("n", "This is needed.", "required")
    if holder.faults:
        return None, holder.faults
    confusion = confusion_from(counts)
    wrong = _disagreement(confusion, tally, favourable)
    return (None, [Fault("/confusion", "invalid", wrong)]) if wrong else (confusion, [])


def _disagreement(confusion: Confusion, tally: Tally, favourable: str) -> str:
    if not confusion.counts:
        return ""
    whole = tally.whole
    right = sum(whole.right) + whole.abstained_right
    if confusion.n != tally.n:
        return f"The confusion counts {confusion.n} cases, the counts {tally.n}."
    if confusion.right != right:
        return f"In the confusion {confusion.right} cases are right, in the counts {right}."
    if not favourable:
        return ""
    for place, what, name in ((0, "labels", "positive"), (1, "predictions", "selected")):
        found = sum(each[2] for each in confusion.counts if each[place] == favourable)
        counted = sum(ladder.n for stratum, ladder in tally.strata if getattr(stratum, name))
        if found != counted:
            return f"In the confusion {found} {what} are {favourable[:80]}, in the counts {counted} are {name}."
    return ""
