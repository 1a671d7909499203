"""Which part is the last one: by counting every outcome, by hand, and by simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.convolution import Finish, finish
from kpis.scoring.forecast.deciding import chances_to_be_last

SHARES = st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(any)


@given(st.lists(SHARES, min_size=1, max_size=5))
def test_by_counting_every_outcome(weights: list[list[int]]) -> None:
    shares = [np.array(each) / sum(each) for each in weights]
    expected = np.zeros(len(shares))
    for days in product(*(range(len(each)) for each in shares)):
        last = [place for place, day in enumerate(days) if day == max(days)]
        expected[last] += np.prod([each[day] for each, day in zip(shares, days)]) / len(last)
    found = chances_to_be_last([Finish(tuple(np.cumsum(each).tolist())) for each in shares])
    assert found == pytest.approx(expected.tolist(), abs=1e-12)
    assert sum(found) == pytest.approx(1)


def test_by_hand() -> None:
    sure, later = finish(2, [[1]]), finish(5, [[1]])
    assert chances_to_be_last([sure, later, Finish(already=True)]) == pytest.approx([0, 1, 0])
    assert chances_to_be_last([sure, sure]) == pytest.approx([0.5, 0.5])
    assert chances_to_be_last([Finish(already=True)]) == [0.0]
    assert chances_to_be_last([]) == []


def test_what_may_never_end_leaves_a_rest() -> None:
    # With one half it never ends, and then nothing is last.
    assert chances_to_be_last([Finish((0.5,)), Finish((1.0,))]) == pytest.approx([0.25, 0.25])


def test_simulation_agrees_within_its_own_error() -> None:
    parts = [finish(10, [[3, 0, 5, 2, 4, 1]]), finish(6, [[0, 2, 1]]), Finish((0.2, 0.4, 0.6, 0.9, 1.0))]
    chance, draws = np.random.default_rng(3), 40_000
    ends = np.array([np.searchsorted(each.done, chance.random(draws)) for each in parts])
    jittered = ends + chance.random(ends.shape)
    simulated = np.bincount(jittered.argmax(axis=0), minlength=3) / draws
    found = chances_to_be_last(parts)
    errors = [4 * np.sqrt(each * (1 - each) / draws) for each in found]
    assert np.all(np.abs(np.array(found) - simulated) <= errors)
