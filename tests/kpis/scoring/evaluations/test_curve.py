"""The curve against golden/02_selective_prediction.json (by hand and computed, as it says) and scikit-learn."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_curve
from statsmodels.stats.proportion import proportion_confint

from kpis.scoring.evaluations.curve import (
    CurvePoint,
    accuracy_band,
    accuracy_metric,
    coverage_band,
    coverage_metric,
    curve,
    point_at,
    points_at,
    thinned,
)
from kpis.scoring.target_judgement import judge_target
from kpis.scoring.targets import Target
from projects.progress.evaluations.ladder import Ladder, ladder_of
from tests.kpis.scoring.evaluations.rows import ROWS, digits_ladder, ladder
from tests.kpis.scoring.golden import golden

GOLDEN = golden("02_selective_prediction")


@pytest.mark.parametrize("name", ["tiny", "ties"])
def test_curves_by_hand(name: str) -> None:
    case = GOLDEN[name]
    found = curve(ladder_of(case["conf"], [1 - wrong for wrong in case["err"]]))
    rows = [[p.threshold, p.accepted, p.wrong, p.coverage, 1 - (p.accuracy or 0)] for p in found]
    assert rows == [pytest.approx(row, abs=1e-15) for row in case["curve"]]


def test_the_digits() -> None:
    found = curve(digits_ladder())
    assert found[-1].n == GOLDEN["real"]["n"]
    assert found[-1].accuracy == GOLDEN["real"]["accuracy"]
    assert len({point.threshold for point in found}) == len(found)


@given(ROWS)
def test_a_point_stands_at_each_distinct_confidence_and_nowhere_else(rows: list[tuple[float, bool]]) -> None:
    levels = [round(a * 10_000) for a, _ in rows if not math.isnan(a)]
    found = curve(ladder(rows))
    assert [round(point.threshold * 10_000) for point in found] == sorted(set(levels), reverse=True)
    for point in found:
        assert point.accepted == sum(level >= round(point.threshold * 10_000) for level in levels)
        assert point.n == len(rows)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=80))
def test_counts_equal_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    right = np.array([row[1] for row in rows])
    if right.all() or not right.any():
        return
    confidences = np.array([row[0] / 20 for row in rows])
    wrong_share, right_share, thresholds = roc_curve(right, confidences, drop_intermediate=False)
    found = curve(ladder_of(confidences, right))
    assert [point.threshold for point in found] == pytest.approx(thresholds[1:])
    assert [point.right / right.sum() for point in found] == pytest.approx(right_share[1:])
    assert [point.wrong / (~right).sum() for point in found] == pytest.approx(wrong_share[1:])


def test_nothing_accepted_is_neither_0_nor_1() -> None:
    point = point_at(ladder_of([0.5, math.nan], [1, 1]), 0.9)
    assert (point.accepted, point.coverage, point.accuracy, point.errors_per_thousand) == (0, 0.0, None, None)
    assert accuracy_band(point) is None
    assert accuracy_metric(point) is None
    assert coverage_band(point) is not None


def test_without_cases_there_is_not_even_a_coverage() -> None:
    assert curve(Ladder()) == ()
    point = point_at(Ladder(), 0.5)
    assert (point.coverage, point.accuracy) == (None, None)
    assert coverage_band(point) is None
    assert coverage_metric(point) is None


def test_an_abstention_lowers_coverage_and_leaves_accuracy_alone() -> None:
    point = point_at(ladder_of([0.9, 0.9, math.nan, math.nan], [1, 0, 1, 1]), 0.0)
    assert (point.coverage, point.accuracy, point.left) == (0.5, 0.5, 2)


def test_one_confidence_for_all_is_one_point() -> None:
    found = curve(ladder_of([0.7] * 10, [1] * 7 + [0] * 3))
    assert found == (CurvePoint(0.7, 10, 3, 10),)
    assert found[0].errors_per_thousand == 300


def test_all_wrong() -> None:
    assert [point.accuracy for point in curve(ladder_of([0.9, 0.1], [0, 0]))] == [0.0, 0.0]


@pytest.mark.parametrize(
    "threshold,accepted,wrong",
    [
        (0.95, 0, 0),
        (0.9, 1, 0),
        (0.85, 1, 0),
        (0.8, 2, 0),
        (0.7, 3, 1),
        (0.5, 5, 2),
        (0.0, 5, 2),
        (-1, 5, 2),
        (2, 0, 0),
    ],
)
def test_any_threshold_may_be_asked(threshold: float, accepted: int, wrong: int) -> None:
    case = GOLDEN["tiny"]
    point = point_at(ladder_of(case["conf"], [1 - each for each in case["err"]]), threshold)
    assert (point.threshold, point.accepted, point.wrong) == (threshold, accepted, wrong)


@given(ROWS, st.lists(st.integers(0, 10_000), max_size=10))
def test_thresholds_count_what_is_at_least_as_sure(rows: list[tuple[float, bool]], levels: list[int]) -> None:
    for level, point in zip(levels, points_at(ladder(rows), [level / 10_000 for level in levels])):
        kept = [right for confidence, right in rows if confidence == confidence and round(confidence * 10_000) >= level]
        assert (point.accepted, point.right) == (len(kept), sum(kept))


@pytest.mark.parametrize("row", GOLDEN["bounds"]["rows"], ids=lambda row: f"{row['k']}/{row['m']}")
def test_the_one_sided_bound_as_recorded(row: dict[str, float]) -> None:
    point = CurvePoint(0.5, int(row["m"]), int(row["k"]), int(row["m"]))
    band = accuracy_band(point, 1 - row["delta"])
    assert band is not None
    assert 1 - band.bounds.low == pytest.approx(row["upper"], abs=1e-12)
    if row["k"] < row["m"]:
        assert row["upper"] == pytest.approx(stats.beta.ppf(1 - row["delta"], row["k"] + 1, row["m"] - row["k"]))


def test_bands_equal_statsmodels() -> None:
    for point in thinned(curve(digits_ladder()), 40):
        accuracy, coverage = accuracy_band(point), coverage_band(point)
        assert accuracy is not None
        assert coverage is not None
        ends = proportion_confint(point.right, point.accepted, 0.05, "wilson")
        assert [accuracy.wilson.low, accuracy.wilson.high] == pytest.approx(ends, abs=1e-12)
        ends = proportion_confint(point.accepted, point.n, 0.05, "beta")
        assert [coverage.exact.low, coverage.exact.high] == pytest.approx(ends, abs=1e-9)


def test_targets_judge_a_point_of_the_curve() -> None:
    point = point_at(digits_ladder(), 0.29)
    accuracy = judge_target(Target("t", "accuracy", ">=", 0.95), accuracy_metric(point), "standard")
    coverage = judge_target(Target("t", "coverage", ">=", 0.8), coverage_metric(point), "standard")
    assert (accuracy.result, accuracy.n) == ("pass", 831)
    assert (coverage.result, coverage.n) == ("pass", 1000)


def test_few_points_are_drawn_with_both_ends() -> None:
    points = curve(digits_ladder())
    drawn = thinned(points, 50)
    assert len(drawn) <= 50
    assert (drawn[0], drawn[-1]) == (points[0], points[-1])
    gaps = [b.accepted - a.accepted for a, b in pairwise(drawn)]
    assert max(gaps) <= 2 * 1000 / 49
    assert thinned(points[:7], 50) == points[:7]


@given(ROWS, st.integers(2, 9))
def test_thinning_keeps_order_and_ends(rows: list[tuple[float, bool]], most: int) -> None:
    points = curve(ladder(rows))
    drawn = thinned(points, most)
    assert len(drawn) <= most
    assert list(drawn) == [point for point in points if point in drawn]
    assert (drawn[:1], drawn[-1:]) == (points[:1], points[-1:])
