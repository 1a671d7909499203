"""Audit samples: repeatable, growing, proportional, and random."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from projects.progress.labeling.audit_sample import (
    Sampled,
    StratumSize,
    allocated,
    random_sample,
    sample_by_sizes,
    stratified_sample,
)

TASKS = {f"task {place}": "fraud" if place % 10 == 0 else "fine" for place in range(1000)}
SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 300))


def test_anyone_draws_the_same_sample() -> None:
    tasks = list(TASKS)
    random.Random(1).shuffle(tasks)
    assert random_sample(tasks, 50, "2026-11") == random_sample(TASKS, 50, "2026-11")
    assert random_sample(tasks, 50, "2026-12").tasks != random_sample(tasks, 50, "2026-11").tasks


def test_a_larger_sample_contains_the_smaller() -> None:
    small, large = (random_sample(TASKS, n, "seed") for n in (50, 80))
    assert large.tasks[:50] == small.tasks
    assert (small.n, large.strata) == (50, (StratumSize("", 1000, 80),))


def test_no_more_than_there_are() -> None:
    assert random_sample(["1", "2"], 5, "seed").n == 2
    assert random_sample([], 5, "seed").tasks == ()
    assert random_sample(["1", "1"], 5, "seed").tasks == (Sampled("1"),)


def test_every_task_is_as_likely_as_any_other() -> None:
    # 20 tasks, 400 seeds, 5 drawn: each is expected 100 times; the test statistic of counts without replacement.
    tasks = [f"task {place}" for place in range(20)]
    drawn = [each.task for seed in range(400) for each in random_sample(tasks, 5, f"seed {seed}").tasks]
    counts = [drawn.count(task) for task in tasks]
    statistic = sum((n - 100) ** 2 for n in counts) / (100 * (1 - 5 / 20)) * 19 / 20
    assert 0.001 < stats.chi2.sf(statistic, 19) < 0.999


def test_strata_in_proportion() -> None:
    found = stratified_sample(TASKS, 100, "seed")
    assert found.strata == (StratumSize("fine", 900, 90), StratumSize("fraud", 100, 10))
    assert all(TASKS[each.task] == each.stratum for each in found.tasks)
    assert len({each.task for each in found.tasks}) == 100


def test_small_strata_are_seen_too() -> None:
    found = stratified_sample(TASKS, 100, "seed", least=30)
    assert [each.n for each in found.strata] == [90, 30]
    assert [each.n for each in stratified_sample(TASKS, 10, "seed", least=500).strata] == [500, 100]


def test_sizes_that_are_asked_for() -> None:
    found = sample_by_sizes(TASKS, {"fraud": 7, "other": 9}, "seed")
    assert found.strata == (StratumSize("fine", 900, 0), StratumSize("fraud", 100, 7))
    alone = random_sample([task for task in TASKS if TASKS[task] == "fraud"], 7, "seed")
    assert [each.task for each in found.tasks] == [each.task for each in alone.tasks]


def test_the_largest_remainder() -> None:
    # By hand: 10 of 6, 3 and 1 tenths of 1000, 333 and 167: 6.67, 2.22, 1.11.
    assert allocated({"a": 1000, "b": 333, "c": 167}, 10) == {"a": 7, "b": 2, "c": 1}
    assert allocated({"a": 1, "b": 1}, 1) == {"a": 1, "b": 0}
    assert allocated({}, 5) == {}
    assert allocated({"a": 0}, 5) == {"a": 0}


@given(SIZES, st.integers(0, 1000), st.integers(0, 30))
def test_allocations(sizes: dict[str, int], n: int, least: int) -> None:
    whole, plain = sum(sizes.values()), allocated(sizes, n)
    assert sum(plain.values()) == min(n, whole)
    for name, given_ in plain.items():
        assert 0 <= given_ <= sizes[name]
        assert abs(given_ - min(n, whole) * sizes[name] / max(1, whole)) < 1
    floored = allocated(sizes, n, least)
    assert floored == {name: min(sizes[name], max(each, least)) for name, each in plain.items()}


@pytest.mark.parametrize("seed", ["", "x" * 65])
def test_a_seed_is_needed(seed: str) -> None:
    with pytest.raises(ValueError, match="seed"):
        random_sample(["1"], 1, seed)


def test_nothing_is_negative() -> None:
    with pytest.raises(ValueError, match="fewer than 0"):
        random_sample(["1"], -1, "seed")
    for sizes, n, least in (({"a": -1}, 1, 0), ({"a": 1}, -1, 0), ({"a": 1}, 1, -1)):
        with pytest.raises(ValueError, match="from 0"):
            allocated(sizes, n, least)
