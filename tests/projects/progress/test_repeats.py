"""Repeats with other seeds."""

from __future__ import annotations

import math

import pytest

from projects.progress.repeats import Spread, Trial, repeats_of, spreads

BASE = {"lr": "0.1", "seed": "1"}


def trial(commit: str = "c", data: str = "d", **params: str) -> Trial:
    return Trial({**BASE, **params}, commit, frozenset({data}))


def test_a_repeat_differs_in_nothing_but_the_seed() -> None:
    others = {
        1: trial(),
        2: trial(seed="2"),
        3: trial(seed="3", lr="0.2"),
        4: trial(seed="4", commit="other"),
        5: trial(seed="5", data="other"),
        6: Trial({"lr": "0.1"}, "c", frozenset({"d"})),
        7: trial(seed="7"),
    }
    assert repeats_of(others[1], others) == [1, 2, 7]


def test_the_same_seed_twice_counts_once() -> None:
    assert repeats_of(trial(), {1: trial(), 2: trial(), 3: trial(seed="3")}) == [1, 3]


def test_a_run_without_a_seed_has_no_repeats() -> None:
    bare = Trial({"lr": "0.1"})
    assert repeats_of(bare, {1: bare, 2: bare}) == []


@pytest.mark.parametrize("key", ["seed", "random_state", "model.seed", "trainer/random_seed", "SEED"])
def test_names_of_seeds(key: str) -> None:
    assert Trial({key: "1"}).seed == ((key, "1"),)
    assert Trial({"seeds_of_doubt": "1"}).seed == ()


def test_the_spread_is_the_sample_standard_deviation() -> None:
    # (2, 4, 6): mean 4, squares 4 + 0 + 4 over n − 1 = 2, so σ = 2.
    found = spreads([{"a": 2.0, "b": 1.0}, {"a": 4.0, "b": None}, {"a": 6.0, "b": 3.0}], ["a", "b", "c"])
    assert found == {"a": Spread(2.0, 3)}
    assert math.isclose(spreads([{"a": 1.0}, {"a": 1.0}, {"a": 1.0}], ["a"])["a"].sigma, 0.0)
