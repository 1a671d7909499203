"""Agreement against golden/04_agreement.json (published and by named libraries), statsmodels and the definitions."""

from __future__ import annotations

import random
import time
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from projects.progress.labeling.agreement import Agreement, agreement
from projects.progress.labeling.coefficients import Bootstrap, Ends
from projects.progress.labeling.patterns import Patterns, moved, moves, pattern_of
from tests.projects.progress.labeling.ratings import (
    GOLDEN,
    TASKS,
    Tasks,
    counted,
    fleiss,
    krippendorff,
    simulated,
    whole,
)

FEW = Bootstrap(resamples=20)


def found(tasks: Tasks) -> Agreement:
    return agreement(counted(tasks), FEW)


@pytest.mark.parametrize("case", GOLDEN["fleiss"], ids=lambda case: case["name"])
def test_fleiss_as_published(case: dict[str, Any]) -> None:
    value = found(fleiss(case)).fleiss.value
    assert value == pytest.approx(case["kappa"], abs=1e-12)
    assert value is not None
    assert round(value, 2) == case["published"]
    if "R_irr" in case:
        assert round(value, 7) == case["R_irr"]


@pytest.mark.parametrize("case", GOLDEN["krippendorff"], ids=lambda case: case["name"])
def test_alpha_as_published(case: dict[str, Any]) -> None:
    value = found(krippendorff(case)).alpha.value
    assert value == pytest.approx(case["computed"]["nominal"], abs=1e-12)
    assert value is not None
    assert round(value, 3) == case["published"]["nominal"]


@given(whole(3))
def test_fleiss_equals_statsmodels(tasks: Tasks) -> None:
    mine = found(tasks).fleiss
    table, _ = aggregate_raters(np.array([list(map(ord, task.values())) for task in tasks]))
    if mine.value is None:
        assert table.shape[1] == 1
    else:
        assert mine.value == pytest.approx(fleiss_kappa(table), abs=1e-12)


@given(whole(4))
def test_a_class_against_all_others_equals_statsmodels(tasks: Tasks) -> None:
    # Krippendorff's expected disagreement has n − 1 where Fleiss' has n: (1 − alpha) n = (1 − kappa) (n − 1).
    mine = found(tasks)
    for each in mine.classes if len(mine.classes) > 1 else ():
        table = [[sum(label == each.name for label in task.values())] for task in tasks]
        kappa = fleiss_kappa(np.array([[n, 4 - n] for (n,) in table]))
        assert each.alpha.value is not None
        assert (1 - each.alpha.value) * mine.labels == pytest.approx((1 - kappa) * (mine.labels - 1), abs=1e-9)


def by_definition(tasks: Tasks) -> tuple[float | None, float | None]:
    """Return percent and alpha from every pair of labels."""
    units = [list(task.values()) for task in tasks if len(task) > 1]
    labels = [label for unit in units for label in unit]
    if not units:
        return None, None
    shares = [np.mean([one == two for one, two in permutations(unit, 2)]) for unit in units]
    seen = sum(len(unit) * (1 - share) for unit, share in zip(units, shares)) / len(labels)
    chance = float(np.mean([one != two for one, two in permutations(labels, 2)]))
    return float(np.mean(shares)), (float(1 - seen / chance) if chance else None)


@given(TASKS)
def test_percent_and_alpha_by_definition(tasks: Tasks) -> None:
    mine, (percent, alpha) = found(tasks), by_definition(tasks)
    assert mine.percent.value == (None if percent is None else pytest.approx(percent, abs=1e-12))
    assert mine.alpha.value == (None if alpha is None else pytest.approx(alpha, abs=1e-12))
    assert mine.alpha.undefined == ("no_overlap" if percent is None else "no_variation" if alpha is None else "")
    assert mine.tasks == sum(len(task) > 1 for task in tasks)
    assert mine.disputed == sum(len(set(task.values())) > 1 for task in tasks)


@given(TASKS)
def test_each_class_by_definition(tasks: Tasks) -> None:
    mine = found(tasks)
    units = [list(task.values()) for task in tasks if len(task) > 1]
    assert [each.name for each in mine.classes] == sorted({label for unit in units for label in unit})
    for each in mine.classes:
        parts = [
            float(np.mean([other == each.name for other in unit[:place] + unit[place + 1 :]]))
            for unit in units
            for place, label in enumerate(unit)
            if label == each.name
        ]
        assert each.labels == len(parts)
        assert each.specific.value == pytest.approx(np.mean(parts), abs=1e-12)
        two = [{who: str(label == each.name) for who, label in task.items()} for task in tasks]
        alpha = by_definition(two)[1]
        assert each.alpha.value == (None if alpha is None else pytest.approx(alpha, abs=1e-12))


def test_one_class_everywhere_is_undefined() -> None:
    # golden/04_agreement.json, edge cases: libraries answer NaN or raise an error; it is neither 0 nor 1.
    mine = found([{"ann": "a", "bob": "a"}] * 50)
    assert (mine.percent.value, mine.fleiss.value, mine.alpha.value) == (1.0, None, None)
    assert mine.alpha.words == mine.fleiss.words == "undefined (no variation)"
    assert (mine.classes[0].alpha.value, mine.classes[0].specific.value) == (None, 1.0)
    assert mine.alpha.interval is None
    assert mine.expected == 0


@pytest.mark.parametrize("tasks", [[], [{}], [{"ann": "a"}, {"bob": "b"}]])
def test_without_two_labels_on_a_task_there_is_nothing_to_compare(tasks: Tasks) -> None:
    mine = found(tasks)
    assert {each.undefined for each in (mine.percent, mine.fleiss, mine.alpha)} == {"no_overlap"}
    assert (mine.tasks, mine.labels, mine.classes, mine.expected) == (0, 0, (), None)


def test_fleiss_needs_the_same_number_of_labels() -> None:
    mine = found([{"ann": "a", "bob": "a"}, {"ann": "a", "bob": "b", "cem": "b"}])
    assert mine.fleiss.words == "undefined (tasks have different numbers of labels)"
    assert mine.alpha.value is not None
    single = found([{"ann": "a", "bob": "a"}, {"ann": "b", "bob": "b"}, {"cem": "b"}])
    assert (single.fleiss.value, single.tasks) == (1.0, 2)


def test_perfect_and_worst() -> None:
    assert found([{"ann": "a", "bob": "a"}, {"ann": "b", "bob": "b"}]).alpha.value == 1
    # By hand: observed 1, expected 2·2·2/(4·3) = 2/3, alpha 1 − 3/2.
    assert found([{"ann": "a", "bob": "b"}] * 2).alpha.value == pytest.approx(-0.5)
    assert found([{"ann": "a", "bob": "b"}] * 2).expected == pytest.approx(2 / 3)


@given(TASKS, st.randoms(use_true_random=False))
def test_order_and_names_of_annotators_change_nothing(tasks: Tasks, chance: random.Random) -> None:
    mixed = [dict(zip(chance.sample(list(task), len(task)), task.values())) for task in tasks]
    chance.shuffle(mixed)
    assert found(mixed) == found(tasks)


def test_intervals_are_repeatable_and_hold_the_value() -> None:
    patterns = counted(simulated(400, 3, 0.8, seed=1))
    one, two = agreement(patterns), agreement(patterns)
    assert one == two
    assert agreement(patterns, Bootstrap(seed=1)).alpha.interval != one.alpha.interval
    for each in (one.percent, one.fleiss, one.alpha, *(named.alpha for named in one.classes)):
        assert each.value is not None
        assert each.interval is not None
        assert each.bounds is not None
        assert each.interval.low < each.bounds.low < each.value < each.bounds.high < each.interval.high


def test_the_interval_is_that_of_resampled_tasks() -> None:
    tasks = simulated(150, 2, 0.7, seed=2)
    chance = np.random.default_rng(5)
    values = [
        by_definition([tasks[place] for place in chance.integers(len(tasks), size=len(tasks))])[1] for _ in range(1000)
    ]
    mine = agreement(counted(tasks), Bootstrap(resamples=4000)).alpha.interval
    assert mine is not None
    ends = np.quantile(np.array(values, dtype=float), [0.025, 0.975])
    assert [mine.low, mine.high] == pytest.approx(ends.tolist(), abs=0.02)


def test_hardly_ever_defined_is_no_interval() -> None:
    # One task in three varies, so that every third resample or so has one class alone.
    mine = agreement(counted([{"ann": "a", "bob": "a"}] * 2 + [{"ann": "a", "bob": "b"}]))
    assert mine.alpha.value is not None
    assert mine.alpha.interval is None
    assert mine.percent.interval is not None


def test_no_disagreement_has_no_width() -> None:
    # The bootstrap cannot see what did not happen; judgement adds an exact bound.
    mine = agreement(counted([{"ann": "a", "bob": "a"}, {"ann": "b", "bob": "b"}] * 50))
    assert mine.alpha.bounds == Ends(1.0, 1.0)
    assert mine.disputed == 0


@pytest.mark.parametrize("wrong", [{"resamples": 0}, {"confidence": 0.0}, {"confidence": 1.0}])
def test_a_bootstrap_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="bootstrap"):
        Bootstrap(**wrong)


def test_resamples_come_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = counted(simulated(60, 3, 0.6, seed=3))
    at_once = agreement(patterns, Bootstrap(resamples=100))
    monkeypatch.setattr("projects.progress.labeling.agreement.CHUNK", 50)
    assert agreement(patterns, Bootstrap(resamples=100)) == at_once


def test_many_tasks_cost_what_their_patterns_cost() -> None:
    tasks = simulated(20_000, 10, 0.7, seed=4, classes="abcde")
    patterns = counted(tasks)
    assert (patterns.tasks, len(patterns.counts) < 1002) == (20_000, True)
    changed = moved(patterns, moves([pattern_of(tasks[0].values())], [pattern_of("aaaaaaaaab")]))
    begun = time.process_time()
    assert agreement(changed).alpha.interval is not None
    assert time.process_time() - begun < 5
    assert agreement(Patterns(patterns.counts), FEW) == agreement(patterns, FEW)
