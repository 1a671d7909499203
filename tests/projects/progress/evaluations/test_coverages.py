"""What is decided at each percent of coverage, against a walk over all rows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations.coverages import Coverages, coverages_of
from projects.progress.evaluations.ladder import Ladder, ladder_of

ROWS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.5001, 0.9, 1.0, math.nan]), st.booleans()), min_size=1, max_size=60
)


@given(ROWS)
def test_equals_a_walk_over_the_rows(rows: list[tuple[float, bool]]) -> None:
    found = coverages_of(ladder_of([each[0] for each in rows], [each[1] for each in rows]))
    answered = sorted({confidence for confidence, _ in rows if not math.isnan(confidence)}, reverse=True)
    expected = []
    for percent in range(1, 101):
        for threshold in answered:
            kept = [correct for confidence, correct in rows if confidence >= threshold]
            if len(kept) * 100 >= percent * len(rows):
                expected.append((len(kept), sum(kept)))
                break
    assert list(zip(found.decided, found.right)) == expected


def test_by_hand() -> None:
    """Of ten cases two are surest and right, three less sure with one wrong, and five have no confidence."""
    found = coverages_of(Ladder((9000, 6000), (2, 2), (0, 1), abstained_right=4, abstained_wrong=1))
    assert (found.decided[:20], found.right[:20]) == ((2,) * 20, (2,) * 20)
    assert (found.decided[20:], found.right[20:]) == ((5,) * 30, (4,) * 30)


@pytest.mark.parametrize("ladder", [Ladder(), Ladder(abstained_right=3)])
def test_a_model_that_answers_nothing_reaches_no_coverage(ladder: Ladder) -> None:
    assert coverages_of(ladder) == Coverages()


def test_one_confidence_for_all_decides_all_at_once() -> None:
    found = coverages_of(ladder_of([1.0] * 7, [True] * 6 + [False]))
    assert (set(found.decided), set(found.right), len(found.decided)) == ({7}, {6}, 100)
