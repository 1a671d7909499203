"""Series of runs against golden/11_change.json (Dodge et al. 2019; the rest follows by hand), and the best run."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.best_run import best_run, improvements
from kpis.scoring.inputs import RunFacts
from kpis.scoring.points import MetricPoint
from kpis.scoring.runs import best_so_far, expected_maximum, is_noise, noise_threshold
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import ACCURACY, COVERAGE, NOW, run_of
from tests.kpis.scoring.golden import golden

GOLDEN = golden("11_change")
RMSE = Target("t", "rmse", "<=", 4.0)
BOTH = (ACCURACY, COVERAGE)


def test_best_so_far_as_recorded() -> None:
    case = GOLDEN["best_so_far"]
    assert best_so_far(case["values"]) == case["best"]


def test_specials_carry_the_best_before() -> None:
    assert best_so_far([math.nan, 0.5, math.inf, 0.4, -math.inf]) == [None, 0.5, 0.5, 0.5, 0.5]
    assert best_so_far([3, math.nan, 2, -math.inf, 5], higher=False) == [3, 3, 2, 2, 2]
    assert best_so_far([]) == []


def test_the_expected_maximum_as_published() -> None:
    case = GOLDEN["expected_max_performance"]
    assert [expected_maximum(case["values"], n + 1) for n in range(5)] == pytest.approx(case["expected"])


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.integers(1, 50))
def test_the_expected_maximum_lies_between_mean_and_best(values: list[float], n: int) -> None:
    found = expected_maximum(values, n)
    assert sum(values) / len(values) - 1e-6 <= found <= max(values) + 1e-6


@pytest.mark.parametrize("values,n", [([], 1), ([1.0], 0)])
def test_nothing_has_no_maximum(values: list[float], n: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        expected_maximum(values, n)


def test_noise_of_two_runs() -> None:
    assert noise_threshold(1) == pytest.approx(GOLDEN["two_run_threshold"]["value"], abs=1e-6)
    assert is_noise(0.027, 0.01)
    assert is_noise(-0.027, 0.01)
    assert not is_noise(0.028, 0.01)
    for nonsense in (-1.0, math.nan):
        with pytest.raises(ValueError, match="not negative"):
            noise_threshold(nonsense)


def run(name: str, values: dict[str, float], ago: int = 0, **more: object) -> RunFacts:
    tags = more.pop("tags", None)
    return run_of(values, tags, id=name, ended_at=NOW - timedelta(days=ago), **more)  # type: ignore[arg-type]


def pair(name: str, accuracy: float, coverage: float, n: int, ago: int = 0, **more: object) -> RunFacts:
    return run(name, {"accuracy": accuracy, "coverage": coverage, "n": n}, ago, **more)


@pytest.mark.parametrize(
    "runs,best",
    [
        ([pair("a", 0.95, 0.5, 1000), pair("b", 0.93, 0.8, 1000)], "b"),
        ([run("a", {"accuracy": 0.99, "n": 1000}), run("b", {"coverage": 0.99, "n": 1000})], "a"),
        ([pair("a", 0.92, 0.8, 50), pair("b", 0.7, 0.1, 50)], "a"),
        ([pair("a", 0.93, 0.8, 1000, 2), pair("b", 0.93, 0.8, 1000, 1)], "b"),
        ([pair("a", 0.94, 0.8, 1000, 9), pair("b", 0.93, 0.9, 1000)], "a"),
        ([pair("a", 0.99, 0.9, 1000, status="failed"), run("b", {"accuracy": 0.1})], "b"),
        ([pair("a", 0.95, 0.9, 1000, tags={}), pair("b", 0.93, 0.8, 1000)], "b"),
        ([pair("a", 0.5, 0.1, 10), run("b", {})], "a"),
    ],
    ids=["both", "no lending", "by points", "newest", "first target", "finished only", "one threshold", "something"],
)
def test_the_best_run(runs: list[RunFacts], best: str) -> None:
    for order in (runs, runs[::-1]):
        found = best_run(order, BOTH)
        assert found is not None
        assert found.id == best


def test_nan_wins_nothing() -> None:
    odd = RunFacts(
        "odd", metrics={"accuracy": MetricPoint(None, special="nan"), "rmse": MetricPoint(None, special="-inf")}
    )
    for target in (ACCURACY, RMSE):
        found = best_run([odd, run("sane", {"accuracy": 0.1, "rmse": 99, "n": 10})], [target])
        assert found is not None
        assert found.id == "sane"


def test_lower_and_between_are_ranked_in_their_direction() -> None:
    runs = [run("a", {"rmse": 6, "n": 9}), run("b", {"rmse": 5, "n": 9})]
    for target in (RMSE, Target("t", "rmse", "between", 1, 4)):
        found = best_run(runs, [target])
        assert found is not None
        assert found.id == "b"


@pytest.mark.parametrize(
    ("target", "values", "places"),
    [
        (ACCURACY, [], []),
        (ACCURACY, [None, None], []),
        (ACCURACY, [None, 0.5, 0.4, 0.5, 0.6, None, 0.9], [1, 4, 6]),
        (RMSE, [6.0, 7.0, 5.0, 5.0, 1.0], [0, 2, 4]),
        (Target("t", "rmse", "between", 1, 4), [9.0, 0.5, 0.5, 4.0, 2.0, 6.0], [0, 1, 3]),
    ],
    ids=["none", "no numbers", "higher", "lower", "nearer to the range"],
)
def test_what_was_the_best_so_far(target: Target, values: list[float | None], places: list[int]) -> None:
    assert improvements(target, values) == places


def test_without_targets_the_newest_and_without_runs_none() -> None:
    found = best_run([run("a", {"accuracy": 0.9}, 3), run("b", {"accuracy": 0.1}, 1)], [])
    assert found is not None
    assert found.id == "b"
    assert best_run([], BOTH) is None
    assert best_run([run("a", {}, status="running")], BOTH) is None
