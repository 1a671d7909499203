"""Sufficient statistics: they equal the rows, add up in any pieces and order, and refuse what is no count."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations.ladder import Ladder, ladder_of
from projects.progress.evaluations.levels import ABSTAINED, UnusableRow
from projects.progress.evaluations.tally import Cell, Stratum, Tally, merge_tallies, tally_cells, tally_rows
from tests.kpis.scoring.evaluations.rows import CONFIDENCES

Row = tuple[float, bool, bool, str, str, str]
ROWS = st.lists(
    st.tuples(
        CONFIDENCES,
        st.booleans(),
        st.booleans(),
        st.sampled_from(["EU", "US", ""]),
        st.sampled_from(["old", "young"]),
        st.sampled_from(["F", "M", "X", ""]),
    ),
    max_size=40,
)


def tally(rows: list[Row]) -> Tally:
    """Count rows of (confidence, label, prediction, region, age, sex) of a model with two classes."""
    columns: list[list[Any]] = [list(column) for column in zip(*rows)] or [[], [], [], [], [], []]
    confidence, label, prediction, region, age, sex = columns
    label, prediction = [bool(each) for each in label], [bool(each) for each in prediction]
    right = [a == b for a, b in zip(label, prediction)]
    return tally_rows(confidence, right, {"region": region}, {"age": age, "sex": sex}, label, prediction)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    assert tally(mixed) == tally(rows)


@given(ROWS, st.integers(0, 40), st.integers(0, 40))
def test_pieces_add_up_to_the_whole(rows: list[Row], one: int, two: int) -> None:
    first, last = sorted((one, two))
    pieces = [tally(rows[:first]), tally(rows[first:last]), tally(rows[last:])]
    assert merge_tallies(pieces) == merge_tallies(pieces[::-1]) == tally(rows)
    assert merge_tallies([merge_tallies(pieces[:2]), pieces[2]]) == tally(rows)


@given(ROWS)
def test_each_stratum_counts_its_rows(rows: list[Row]) -> None:
    found = tally(rows)
    assert found.n == len(rows)
    for stratum, ladder in found.strata:
        mine = [
            (row[0], row[1] == row[2])
            for row in rows
            if (row[1], row[2]) == (stratum.positive, stratum.selected)
            and (row[3],) == stratum.slices
            and row[4:] == stratum.groups
        ]
        assert ladder == ladder_of([row[0] for row in mine], [row[1] for row in mine])
    assert len({stratum for stratum, _ in found.strata}) == len(found.strata)


@given(ROWS)
def test_the_whole_is_the_ladder_of_all_rows(rows: list[Row]) -> None:
    assert tally(rows).whole == ladder_of([row[0] for row in rows], [row[1] == row[2] for row in rows])


@given(ROWS, st.randoms(use_true_random=False))
def test_cells_in_any_order_are_the_tally(rows: list[Row], chance: random.Random) -> None:
    found = tally(rows)
    cells = list(found.cells)
    chance.shuffle(cells)
    assert tally_cells(cells, found.slice_columns, found.group_columns) == found
    ones = [Cell(each.stratum, each.level, 1, 0) for each in cells for _ in range(each.right)]
    ones += [Cell(each.stratum, each.level, 0, 1) for each in cells for _ in range(each.wrong)]
    assert tally_cells(ones, found.slice_columns, found.group_columns) == found


@given(ROWS)
def test_slices_are_sums_of_strata(rows: list[Row]) -> None:
    found = tally(rows).by_slice
    assert set(found) == {f"region={row[3]}" for row in rows if row[3]}
    for name, ladder in found.items():
        mine = [row for row in rows if f"region={row[3]}" == name]
        assert ladder == ladder_of([row[0] for row in mine], [row[1] == row[2] for row in mine])


def test_two_slice_columns_are_sliced_each() -> None:
    found = tally_rows([0.9, 0.8], [1, 0], {"region": ["EU", "US"], "device": ["phone", None]}).by_slice
    assert list(found) == ["device=phone", "region=EU", "region=US"]
    assert found["device=phone"] == Ladder((9000,), (1,), (0,))


def test_plain_rows_are_one_stratum() -> None:
    found = tally_rows([0.9, math.nan], [1, 0])
    assert found.strata == ((Stratum(), Ladder((9000,), (1,), (0,), abstained_wrong=1)),)
    assert found.cells == (Cell(Stratum(), 9000, 1, 0), Cell(Stratum(), ABSTAINED, 0, 1))


def test_nothing_is_an_empty_tally() -> None:
    assert tally_rows([], []) == Tally() == tally_cells([])
    assert Tally().whole == Ladder()
    assert Tally().by_slice == {}
    assert tally_rows([], [], {"region": []}, {"sex": []}, [], []).n == 0


def test_several_classes_may_be_wrong_among_the_unfavourable() -> None:
    # Label "refuse", prediction "ask again": neither is the favourable class, and they differ.
    found = tally_rows([0.9], [0], positive=[0], selected=[0])
    assert found.strata == ((Stratum(positive=False, selected=False), Ladder((9000,), (0,), (1,))),)


@pytest.mark.parametrize("correct,positive,selected", [(1, 1, 0), (1, 0, 1), (0, 1, 1)])
def test_correct_may_not_contradict_the_classes(correct: int, positive: int, selected: int) -> None:
    with pytest.raises(UnusableRow, match="contradicts") as error:
        tally_rows([0.5, 0.5], [1, correct], positive=[1, positive], selected=[1, selected])
    assert error.value.row == 1


@pytest.mark.parametrize(
    "more", [{"positive": [1]}, {"selected": [1]}, {"slices": {"region": ["EU", "US"]}}, {"groups": {"sex": []}}]
)
def test_columns_that_do_not_fit_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        tally_rows([0.5], [1], **more)


@pytest.mark.parametrize(
    "cell",
    [
        Cell(Stratum(("EU",)), 5, 1, 0),
        Cell(Stratum((), ("F",)), 5, 1, 0),
        Cell(Stratum(positive=True), 5, 1, 0),
        Cell(Stratum(), 5, -1, 3),
        Cell(Stratum(), 5, 1, True),
        Cell(Stratum(), 5, 0.5, 0),  # type: ignore[arg-type]
        Cell(Stratum(), 10_001, 1, 0),
        Cell(Stratum(), -2, 1, 0),
    ],
)
def test_cells_that_are_none_are_refused(cell: Cell) -> None:
    with pytest.raises(ValueError):
        tally_cells([cell])


def test_tallies_of_other_columns_are_not_added() -> None:
    with pytest.raises(ValueError, match="same"):
        merge_tallies([tally_rows([0.5], [1]), tally_rows([0.5], [1], {"region": ["EU"]})])
    with pytest.raises(ValueError, match="same"):
        merge_tallies([tally_rows([0.5], [1]), tally_rows([0.5], [1], scale=100)])
    with pytest.raises(ValueError, match="same"):
        merge_tallies([])


def test_many_rows_are_counted_as_columns() -> None:
    chance = np.random.default_rng(3)
    confidences, right = chance.random(100_000), chance.random(100_000) < 0.9
    region = chance.choice(["EU", "US", "ASIA"], 100_000).tolist()
    found = tally_rows(confidences, right, {"region": region})
    assert (found.n, len(found.strata)) == (100_000, 3)
    assert found.whole == ladder_of(confidences, right)
