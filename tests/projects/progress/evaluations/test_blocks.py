"""Blocks of rows: counted apart and added in any order they give what all rows give at once."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations import blocks as blocks_module
from projects.progress.evaluations.blocks import TooMany, merge_blocks, packed, unpacked
from projects.progress.evaluations.confusion import confusion_of
from projects.progress.evaluations.layout import Layout
from projects.progress.evaluations.rows import BadRow, Block, count_rows
from projects.progress.evaluations.tally import tally_cells, tally_rows

KEY = b"k" * 32
LAYOUT = Layout(("prediction", "label", "confidence", "slice:region", "group:sex"), "a")
ROW = st.tuples(
    st.sampled_from(["a", "b", 'c, "d"']),
    st.sampled_from(["a", "b", 'c, "d"']),
    st.one_of(st.just(""), st.just("nan"), st.floats(0, 1).map(str)),
    st.sampled_from(["", "north", "süd\nwest"]),
    st.sampled_from(["F", "M"]),
)


def text_of(rows: Sequence[tuple[str, ...]]) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


def counted(rows: Sequence[tuple[str, ...]], layout: Layout = LAYOUT, first: int = 1) -> Block:
    return count_rows(text_of(rows), layout, first, len(rows), KEY)


@given(st.lists(ROW, min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_any_cut_gives_the_whole(rows: list[tuple[str, ...]], cuts: list[int]) -> None:
    edges = sorted({0, len(rows), *(min(each, len(rows)) for each in cuts)})
    parts = [counted(rows[start:end]) for start, end in itertools.pairwise(edges)]
    merged = merge_blocks([unpacked(packed(each)) for each in parts], LAYOUT)
    predicted, labels, told, regions, sexes = map(list, zip(*rows))
    whole = tally_rows(
        [float(each or "nan") for each in told],
        [a == b for a, b in zip(predicted, labels)],
        {"region": regions},
        {"sex": sexes},
        [each == "a" for each in labels],
        [each == "a" for each in predicted],
    )
    assert merged.tally == whole
    assert tally_cells(merged.tally.cells, ("region",), ("sex",)) == whole
    assert merged.confusion == confusion_of(labels, predicted)


@given(st.permutations(range(6)))
def test_the_order_of_blocks_matters_not(order: list[int]) -> None:
    rows = [("a", "ab"[number % 2], str(number / 10), f"r{number % 4}", "F") for number in range(6)]
    parts = [counted([each]) for each in rows]
    assert merge_blocks([parts[each] for each in order], LAYOUT).tally == merge_blocks(parts, LAYOUT).tally


def test_cases_keep_their_strata() -> None:
    layout = Layout(("id", "correct", "confidence", "slice:region"))
    rows = [("1", "1", "0.5", "z"), ("2", "true", "", "a"), ("3", "0.0", "0.25", "m"), ("4", "FALSE", "1", "a")]
    parts = [unpacked(packed(counted(rows[:1], layout))), unpacked(packed(counted(rows[1:], layout, 2)))]
    merged = merge_blocks(parts, layout)
    names = [stratum.slices[0] for stratum, _ in merged.tally.strata]
    assert [names[each] for each in merged.strata] == ["z", "a", "m", "a"]
    assert (merged.levels.tolist(), merged.right.tolist()) == ([5000, -1, 2500, 10000], [True, True, False, False])
    assert merged.ids is not None and len(set(merged.ids.tolist())) == 4


def test_without_confidences_every_prediction_is_certain() -> None:
    block = counted([("a", "a"), ("b", "a"), ("", "a")], Layout(("prediction", "label")))
    assert block.levels.tolist() == [10_000, 10_000, -1]
    assert block.confusion.counts == (("a", "a", 1), ("a", "b", 1))
    assert block.ids is None


@pytest.mark.parametrize(
    "text, row, words",
    [
        (b"a,a,0.5,x,F\nb,b,0.5,x\n", 8, "4 values where 5"),
        (b"a,a,0.5,x,F\nb,b,\xff,x,F\n", 8, "not UTF-8"),
        (b'a,a,0.5,x,F\nb,b,0.5,"x"y,F\n', 8, "not CSV"),
        (b"a,a,0.5,x,F\n", 8, "was to have 2 rows and has 1"),
        (b"a,a,0.5,x,F\na,a,-0.1,x,F\n", 8, "-0.1 does not lie"),
        (b"a,a,0.5,x,F\na,a,inf,x,F\n", 8, "inf does not lie"),
    ],
)
def test_a_bad_row_is_named(text: bytes, row: int, words: str) -> None:
    with pytest.raises(BadRow, match=words) as caught:
        count_rows(text, LAYOUT, 7, 2, KEY)
    assert caught.value.row == row


def test_too_many_strata_and_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    block = counted([(str(number), "a", "1", str(number), "F") for number in range(8)])
    for name, words in (("MOST_PAIRS", "8 pairs"), ("MOST_STRATA", "8 combinations")):
        monkeypatch.setattr(blocks_module, name, 7)
        with pytest.raises(TooMany, match=words):
            merge_blocks([block], LAYOUT)


@pytest.mark.parametrize(
    "columns, favourable",
    [
        (("prediction",), ""),
        (("correct", "label"), ""),
        (("correct", "colour"), ""),
        (("correct", "slice:"), ""),
        (("correct", "slice:a=b"), ""),
        (("correct", "slice:a", "group:a"), ""),
        (("correct", "correct"), ""),
        (("correct",), "a"),
        (("correct", *(f"slice:{number}" for number in range(20))), ""),
    ],
)
def test_columns_that_cannot_be_counted(columns: tuple[str, ...], favourable: str) -> None:
    with pytest.raises(ValueError):
        Layout(columns, favourable)


def test_many_strata_are_counted_as_one_by_one() -> None:
    random = np.random.default_rng(3)
    slices = {name: [str(each) for each in random.integers(0, 9, 3_000)] for name in "abcdefgh"}
    confidences, right = random.random(3_000), random.random(3_000) < 0.5
    tally = tally_rows(confidences, right, slices)
    assert tally.n == 3_000
    assert tally.whole == tally_rows(confidences, right).whole
