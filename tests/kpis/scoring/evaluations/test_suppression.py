"""Hidden cells: by hand, and that nothing below the minimum can be subtracted back from totals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.suppression import Key, hidden_cells, suppressed


@pytest.mark.parametrize(
    "counts,hidden",
    [
        ({"a": 50, "b": 40, "c": 30}, ""),
        ({"a": 50, "b": 40, "c": 3}, "bc"),
        ({"a": 50, "b": 3, "c": 4}, "abc"),
        ({"a": 50, "b": 6, "c": 5}, "bc"),
        ({"a": 50, "b": 0, "c": 30}, ""),
        ({"a": 50, "b": 0, "c": 3}, "ac"),
        ({"a": 3}, "a"),
        ({}, ""),
    ],
)
def test_one_column(counts: dict[str, int], hidden: str) -> None:
    found = suppressed({(name,): n for name, n in counts.items()}, 10)
    assert found == {(name,) for name in hidden}


def test_an_intersection_hides_a_rectangle() -> None:
    cells: dict[tuple[str, ...], int] = {
        ("F", "old"): 4,
        ("F", "young"): 60,
        ("M", "old"): 50,
        ("M", "young"): 70,
        ("M", "mid"): 90,
    }
    assert suppressed(cells, 10) == {("F", "old"), ("F", "young"), ("M", "old"), ("M", "young")}


TABLES = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(0, 40), max_size=9)


@given(TABLES, st.integers(1, 15))
def test_no_line_gives_a_small_cell_away(cells: dict[tuple[str, ...], int], minimum: int) -> None:
    hidden = suppressed(cells, minimum)
    assert {key for key, n in cells.items() if 0 < n < minimum} <= hidden
    for axis in (0, 1):
        for value in "abcxyz":
            line = [key for key in cells if key[axis] == value and cells[key]]
            mine = [key for key in line if key in hidden]
            whole_line = set(line) == set(mine)
            assert not mine or whole_line or (len(mine) > 1 and sum(cells[key] for key in mine) >= minimum)


@given(TABLES)
def test_nothing_small_hides_nothing(cells: dict[tuple[str, ...], int]) -> None:
    assert suppressed({key: n + 5 for key, n in cells.items()}, 5) == frozenset()


@pytest.mark.parametrize("cells", [{("a",): 1, ("a", "b"): 2}, {("a",): -1}])
def test_nonsense_is_refused(cells: dict[tuple[str, ...], int]) -> None:
    with pytest.raises(ValueError):
        suppressed(cells, 5)


def test_what_is_hidden_in_a_column_is_hidden_in_its_crossings() -> None:
    # Women are few, so men are hidden with them; the cells of men would add up to them again.
    sexes: dict[Key, int] = {("F",): 4, ("M",): 300, ("X",): 500}
    ages: dict[Key, int] = {("old",): 400, ("young",): 404}
    crossed: dict[Key, int] = {
        ("old", "F"): 2,
        ("young", "F"): 2,
        ("old", "M"): 150,
        ("young", "M"): 150,
        ("old", "X"): 248,
    }
    crossed[("young", "X")] = 252
    found = hidden_cells({("age", "sex"): crossed, ("sex",): sexes, ("age",): ages}, 10)
    assert found["sex",] == {("F",), ("M",)} and found["age",] == frozenset()
    assert found["age", "sex"] == {key for key in crossed if key[1] in "FM"}


def test_three_columns_are_held_against_pairs_too() -> None:
    pairs: dict[Key, int] = {("a", "x"): 5, ("a", "y"): 100, ("b", "x"): 100, ("b", "y"): 100}
    triples: dict[Key, int] = {(*key, z): n for key, n in pairs.items() for z in "12"}
    found = hidden_cells({("p", "q"): pairs, ("p", "q", "r"): triples}, 10)
    assert found["p", "q"] == set(pairs)
    assert found["p", "q", "r"] == set(triples)
