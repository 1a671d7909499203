"""Cases as columns: hashed ids, packing, and pairs that equal what a dictionary counts."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations.cases import Cases, DuplicateCase, case_hash, cases_of, pair_cases, unpacked

NAMES = [["region=EU", "sex=F"], ["region=US", "sex=F"], []]
Row = tuple[int, int]
SIDES = st.dictionaries(st.integers(-20, 20), st.tuples(st.integers(0, 1), st.integers(0, 2)), max_size=30)
KINDS = [(1, 1), (1, 0), (0, 1), (0, 0)]


def side(rows: dict[int, Row]) -> Cases:
    ids = np.array(list(rows), dtype=np.int64)
    right, strata = ([row[part] for row in rows.values()] for part in (0, 1))
    return cases_of(ids, np.zeros(len(rows)), right, strata)


def counted(champion: dict[int, Row], challenger: dict[int, Row]) -> dict[str, list[int]]:
    sums: defaultdict[str, Counter[Row]] = defaultdict(Counter)
    for case, (right, stratum) in challenger.items():
        if case in champion:
            for name in ("", *NAMES[stratum]):
                sums[name][champion[case][0], right] += 1
    return {name: [found[kind] for kind in KINDS] for name, found in sums.items()}


@given(SIDES, SIDES)
def test_pairs_are_what_a_dictionary_counts(champion: dict[int, Row], challenger: dict[int, Row]) -> None:
    assert pair_cases(side(champion), side(challenger), NAMES) == counted(champion, challenger)


@given(SIDES, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: dict[int, Row], random: np.random.Generator) -> None:
    shuffled = list(rows.items())
    random.shuffle(shuffled)
    assert list(side(dict(shuffled)).packed(7)) == list(side(rows).packed(7))


@given(SIDES, st.integers(1, 40))
def test_blocks_come_back_as_they_were(rows: dict[int, Row], size: int) -> None:
    cases = side(rows)
    blocks = list(cases.packed(size))
    assert all(len(each.ids) == 8 * len(each.right) <= 8 * size for each in blocks)
    back = unpacked(blocks)
    for name in ("ids", "levels", "right", "strata"):
        assert getattr(back, name).tolist() == getattr(cases, name).tolist()


def test_a_column_and_a_group_of_one_name_count_once() -> None:
    assert pair_cases(side({1: (1, 0)}), side({1: (0, 0)}), [["sex=F", "sex=F"]])["sex=F"] == [0, 1, 0, 0]


@pytest.mark.parametrize(
    "ids,places",
    [([5, 5], (0, 1)), ([1, 2, 3, 2, 1], (1, 3)), ([9, 1, 9, 9], (0, 2)), ([0, 7, 7, 0], (1, 2))],
)
def test_an_id_comes_once(ids: list[int], places: tuple[int, int]) -> None:
    zeros = [0] * len(ids)
    with pytest.raises(DuplicateCase) as refused:
        cases_of(ids, zeros, zeros, zeros)
    assert (refused.value.first, refused.value.again) == places


def test_columns_are_of_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        cases_of([1, 2], [0], [1, 1], [0, 0])


def test_hashes_depend_on_key_and_id() -> None:
    ids = ["a", "b", "", "ä", "\ud800"]
    one, other = case_hash(b"k", ids), case_hash(b"l", ids)
    assert one.dtype == np.int64 and one.tolist() == case_hash(b"k", iter(ids)).tolist()
    assert len({*one.tolist(), *other.tolist()}) == 2 * len(ids)
    assert case_hash(b"k", []).tolist() == []
