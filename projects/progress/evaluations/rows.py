"""A block of uploaded rows, read and counted: what one worker does, whichever it is and in whatever order."""

from __future__ import annotations

import csv
import io
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from projects.progress.evaluations.cases import case_hash
from projects.progress.evaluations.confusion import Confusion, confusion_from
from projects.progress.evaluations.counts import Counts, count, strata_of
from projects.progress.evaluations.layout import GROUP, SLICE, Layout
from projects.progress.evaluations.levels import UnusableRow, levels_of

LONGEST_VALUE = 200
YES: Final = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}


class BadRow(ValueError):
    """A row that cannot be counted: its number from 1 in the whole upload, the column, and why, in words."""

    def __init__(self, row: int, column: str, reason: str) -> None:
        super().__init__(f"Row {row:,}, {column or 'as a whole'}: {reason}.")
        self.row, self.column, self.reason = row, column, reason


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The counts of one block, and its cases in the order of the rows, the stratum being a place in `counts.strata`.

    `ids` is None where the rows have none.
    """

    counts: Counts
    confusion: Confusion
    ids: NDArray[np.int64] | None
    levels: NDArray[np.int64]
    right: NDArray[np.bool_]
    place: NDArray[np.int64]


def count_rows(text: bytes, layout: Layout, first_row: int, rows: int, key: bytes) -> Block:
    """Count the rows of a block, CSV in UTF-8 without a heading, of which the first is row `first_row` of the upload.

    `key` is what ids are hashed with. Raises BadRow for the first row found that cannot be counted, and where the
    block does not hold `rows` of them.
    """
    reader = _Reader(layout, first_row)
    columns = reader.columns(text, rows)
    levels, right = reader.levels(columns), reader.right(columns)
    slices, groups = ([columns[place] for place in layout.places(kind)] for kind in (SLICE, GROUP))
    for name, column in zip(layout.columns, columns):
        if name != "confidence" and max(map(len, column)) > LONGEST_VALUE:
            reader.refuse(name, column, lambda value: len(value) > LONGEST_VALUE, "longer than 200 characters")
    strata, place = strata_of(len(levels), slices, groups, reader.classes(columns))
    return Block(
        count(strata, place, levels, right), reader.confusion(columns), reader.ids(columns, key), levels, right, place
    )


class _Reader:
    """Reads columns of one block; every error names the row and the column."""

    def __init__(self, layout: Layout, first_row: int) -> None:
        self.layout, self.first = layout, first_row

    def bad(self, place: int, column: str, reason: str) -> BadRow:
        return BadRow(self.first + place, column, reason)

    def columns(self, text: bytes, rows: int) -> list[Sequence[str]]:
        """Return the columns of text. Raises BadRow for rows of another width or another number of them."""
        try:
            decoded = text.decode()
        except UnicodeDecodeError as error:
            raise self.bad(text[: error.start].count(b"\n"), "", "it is not UTF-8") from None
        found: list[list[str]] = []
        try:
            found.extend(csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""), strict=True))
        except csv.Error as error:
            raise self.bad(len(found), "", f"it is not CSV ({error})") from None
        width = len(self.layout.columns)
        if set(map(len, found)) - {width}:
            place = next(place for place, row in enumerate(found) if len(row) != width)
            raise self.bad(place, "", f"it has {len(found[place])} values where {width} are expected")
        if len(found) != rows:
            raise self.bad(len(found), "", f"the block was to have {rows:,} rows and has {len(found):,}")
        columns: list[Sequence[str]] = list(zip(*found))
        if "\0" in decoded:
            for name, column in zip(self.layout.columns, columns):
                self.refuse(name, column, lambda value: "\0" in value, "not printable: it holds a zero byte")
        return columns

    def get(self, columns: Sequence[Sequence[str]], name: str) -> Sequence[str] | None:
        return columns[self.layout.columns.index(name)] if name in self.layout.columns else None

    def need(self, columns: Sequence[Sequence[str]], name: str) -> Sequence[str]:
        return columns[self.layout.columns.index(name)]

    def refuse(self, name: str, column: Iterable[str], wrong: Callable[[str], bool], reason: str) -> None:
        """Raise BadRow for the first value of a column that is wrong; distinct values are looked at once."""
        faults = {value for value in set(column) if wrong(value)}
        if faults:
            place, value = next((place, value) for place, value in enumerate(column) if value in faults)
            raise self.bad(place, name, f"“{_short(value)}” is {reason}" if value else f"it is {reason}")

    def levels(self, columns: Sequence[Sequence[str]]) -> NDArray[np.int64]:
        """Return the levels. A row without a confidence, or without both that column and a prediction, abstains."""
        texts = self.get(columns, "confidence")
        if texts is None:
            given = self.get(columns, "prediction")
            answered = np.ones(len(columns[0])) if given is None else np.array([1.0 if each else 0.0 for each in given])
            return levels_of(np.where(answered == 1.0, 1.0, np.nan))
        try:
            values = [float(each) if each else np.nan for each in texts]
        except ValueError:
            place = next(place for place, each in enumerate(texts) if each and not _is_number(each))
            raise self.bad(place, "confidence", f"“{_short(texts[place])}” is not a number") from None
        try:
            return levels_of(values)
        except UnusableRow as error:
            raise self.bad(error.row, "confidence", error.reason) from None

    def right(self, columns: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
        """Return which rows are right; a case without a prediction is not, and must have no confidence either."""
        flags = self.get(columns, "correct")
        if flags is not None:
            self.refuse("correct", flags, lambda value: value.strip().lower() not in YES, "neither 1 nor 0")
            known = {value: YES[value.strip().lower()] for value in set(flags)}
            return np.fromiter(map(known.__getitem__, flags), dtype=np.bool_, count=len(flags))
        labels, predictions = self.need(columns, "label"), self.need(columns, "prediction")
        self.refuse("label", labels, operator.not_, "empty")
        if "" in predictions:
            self._check_abstained(columns, predictions)
        return np.fromiter(map(operator.eq, labels, predictions), dtype=np.bool_, count=len(labels))

    def _check_abstained(self, columns: Sequence[Sequence[str]], predictions: Sequence[str]) -> None:
        levels = self.levels(columns)
        for place, each in enumerate(predictions):
            if not each and levels[place] >= 0:
                raise self.bad(place, "prediction", "it is empty although there is a confidence")

    def classes(self, columns: Sequence[Sequence[str]]) -> list[NDArray[np.bool_]]:
        """Return whether label and prediction are the favourable class, nothing where none was declared."""
        wanted = self.layout.favourable
        if not wanted:
            return []
        return [np.array([each == wanted for each in self.need(columns, name)]) for name in ("label", "prediction")]

    def confusion(self, columns: Sequence[Sequence[str]]) -> Confusion:
        """Return what was predicted for which label; rows without a prediction are left out."""
        labels, predictions = self.get(columns, "label"), self.get(columns, "prediction")
        pairs: Any = zip(labels, predictions) if labels and predictions else ()
        return confusion_from({pair: n for pair, n in Counter(pairs).items() if pair[1]})

    def ids(self, columns: Sequence[Sequence[str]], key: bytes) -> NDArray[np.int64] | None:
        """Return the keyed hashes of the ids, None where there are none."""
        found = self.get(columns, "id")
        if found is None:
            return None
        if "" in found:
            self.refuse("id", found, operator.not_, "empty")
        return case_hash(key, found)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(value: str) -> str:
    printable = "".join(each if each.isprintable() else "�" for each in value[:40])
    return printable + "…" if len(value) > 40 else printable
