"""Targets against observed metrics. The counts are those of golden/03_confidence_intervals.json."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.points import MetricPoint
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Comparator, Criticality, Target

ACCURACY = Target("t", "accuracy", ">=", 0.9)
RMSE = Target("t", "rmse", "<=", 4.0)
LEVELS: tuple[Criticality, ...] = ("experiment", "standard", "critical")


def judged(
    target: Target, value: float | None, n: int | None = None, level: Criticality = "standard"
) -> TargetJudgement:
    return judge_target(target, MetricPoint(value, n=n), level)


@pytest.mark.parametrize(
    "value,n,result,more",
    [
        (0.93, 1000, "pass", None),
        (0.916, 1000, "pass", None),
        (0.915, 1000, "insufficient", 100),
        (1.0, 29, "pass", None),
        (1.0, 28, "insufficient", 1),
        (0.95, 100, "insufficient", 5),
        (0.901, 1000, "insufficient", 100_000),
        (0.88, 1000, "fail", None),
        (0.89, 100, "insufficient", None),
        (0.9, 100, "insufficient", None),
        (0.0, 100, "fail", None),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_a_proportion_with_n_is_judged_by_its_bound(
    value: float, n: int, result: str, more: int | None, level: Criticality
) -> None:
    found = judged(ACCURACY, value, n, level)
    assert (found.result, found.n, found.half) == (result, n, False)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= value <= found.high
    assert (found.n_more is None) == (more is None)
    if more is not None and found.n_more is not None:
        assert found.n_more >= more
        assert f"{found.n_more:,} more case" in found.what_would_pass


def test_so_many_more_cases_decide_indeed() -> None:
    found = judged(ACCURACY, 0.95, 100)
    assert found.n_more is not None
    enough = 100 + found.n_more
    assert judged(ACCURACY, math.floor(0.95 * enough) / enough, enough).result == "pass"


def test_a_miss_by_the_estimate_says_that_more_data_will_confirm_it() -> None:
    assert "confirm a miss" in judged(ACCURACY, 0.89, 100).reason


@pytest.mark.parametrize(
    "comparator,value,high,rate,n,result",
    [
        ("<=", 0.1, None, 0.07, 1000, "pass"),
        ("<=", 0.1, None, 0.12, 1000, "fail"),
        ("<=", 0.1, None, 0.09, 100, "insufficient"),
        ("<=", 0.02, None, 0.0, 149, "pass"),
        ("<=", 0.02, None, 0.0, 148, "insufficient"),
        ("<", 0.1, None, 0.07, 1000, "pass"),
        (">", 0.9, None, 0.93, 1000, "pass"),
        (">", 0.9, None, 0.88, 1000, "fail"),
        ("between", 0.4, 0.6, 0.5, 1000, "pass"),
        ("between", 0.4, 0.6, 0.5, 20, "insufficient"),
        ("between", 0.4, 0.6, 0.7, 1000, "fail"),
        ("between", 0.4, 0.6, 0.3, 1000, "fail"),
        ("between", 0.0, 0.1, 0.0, 29, "pass"),
        ("between", 0.9, 1.0, 1.0, 29, "pass"),
    ],
)
def test_every_comparator_asks_for_the_bound_on_its_side(
    comparator: Comparator, value: float, high: float | None, rate: float, n: int, result: str
) -> None:
    assert judged(Target("t", "error_rate", comparator, value, high), rate, n).result == result


@pytest.mark.parametrize(
    "confidence,minimum,level,result",
    [
        (None, None, "experiment", "pass"),
        (0.95, None, "experiment", "insufficient"),
        (None, 100, "experiment", "insufficient"),
        (None, None, "standard", "insufficient"),
        (None, None, "critical", "insufficient"),
    ],
)
def test_without_n_only_a_plain_experiment_compares_points(
    confidence: float | None, minimum: int | None, level: Criticality, result: str
) -> None:
    found = judged(replace(ACCURACY, confidence=confidence, minimum_n=minimum), 0.97, None, level)
    assert found.result == result
    assert found.reason.startswith("n_unknown") == (result == "insufficient")
    assert found.half == (result == "pass")
    if result == "pass":
        assert "no interval" in found.reason


def test_a_point_below_its_target_fails_an_experiment() -> None:
    found = judged(ACCURACY, 0.89, None, "experiment")
    assert (found.result, found.half) == ("fail", True)


@pytest.mark.parametrize("special,word", [("nan", "not a number"), ("inf", "infinite"), ("-inf", "minus infinity")])
@pytest.mark.parametrize("target", [ACCURACY, RMSE, Target("t", "score", ">=", 0), Target("t", "loss", "<", 9)])
@pytest.mark.parametrize("level", LEVELS)
def test_specials_never_pass(special: str, word: str, target: Target, level: Criticality) -> None:
    found = judge_target(target, MetricPoint(None, special=special, n=1000), level)
    assert (found.result, found.observed) == ("missing", None)
    assert word in found.reason


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_bare_special_is_caught_too(value: float) -> None:
    assert judged(Target("t", "score", ">=", -math.inf), value, 10).result == "missing"


def test_what_is_not_reported_is_missing_with_the_known_reason() -> None:
    assert judge_target(ACCURACY, None, "standard").reason == "the run reports no accuracy"
    assert judge_target(ACCURACY, None, "standard", "two names claim it").reason == "two names claim it"
    assert "accuracy on EU" in judge_target(replace(ACCURACY, slice="EU"), None, "standard").reason


def test_nothing_measured_is_missing() -> None:
    found = judged(ACCURACY, 1.0, 0)
    assert (found.result, found.n) == ("missing", None)


@pytest.mark.parametrize("value", [93.0, 1.0001, -0.1])
def test_a_percentage_is_no_ratio(value: float) -> None:
    found = judged(ACCURACY, value, 1000, "experiment")
    assert found.result == "missing"
    assert "ratio" in found.reason


@pytest.mark.parametrize(
    "n,result,more",
    [(1000, "pass", None), (400, "insufficient", 100), (499, "insufficient", 1), (500, "pass", None)],
)
def test_the_minimum_n(n: int, result: str, more: int | None) -> None:
    found = judged(replace(ACCURACY, minimum_n=500), 0.98, n)
    assert (found.result, found.n_more) == (result, more)


def test_a_clear_miss_is_a_miss_below_the_minimum_n_too() -> None:
    assert judged(replace(ACCURACY, minimum_n=5000), 0.5, 1000).result == "fail"


@pytest.mark.parametrize(
    "confidence,result", [(0.8, "pass"), (0.9, "pass"), (0.95, "insufficient"), (0.99, "insufficient")]
)
def test_the_confidence_moves_the_bound(confidence: float, result: str) -> None:
    assert judged(replace(ACCURACY, confidence=confidence), 0.95, 100).result == result


@pytest.mark.parametrize(
    "low,high,n,result",
    [
        (3.0, 3.5, None, "pass"),
        (3.0, 3.5, 50, "pass"),
        (3.0, 4.5, None, "insufficient"),
        (4.2, 4.5, None, "fail"),
        (3.0, 4.0, None, "pass"),
        (None, None, None, "insufficient"),
        (None, None, 50, "pass"),
        (3.5, 3.0, 50, "pass"),
    ],
)
def test_other_metrics_use_the_interval_of_their_source(
    low: float | None, high: float | None, n: int | None, result: str
) -> None:
    point = MetricPoint(4.3 if result == "fail" else 3.3, n=n, low=low, high=high)
    found = judge_target(RMSE, point, "standard")
    assert found.result == result
    assert found.half == (n == 50 and (low is None or low > (high or 0)))


def test_a_confidence_on_another_metric_needs_an_interval() -> None:
    asked = replace(RMSE, confidence=0.9)
    assert judged(asked, 3.0, 500).reason.startswith("no_interval")
    assert judge_target(asked, MetricPoint(3.0, n=500, low=2.8, high=3.2), "critical").result == "pass"


def test_a_minimum_n_holds_for_intervals_and_points_too() -> None:
    asked = replace(RMSE, minimum_n=100)
    assert judge_target(asked, MetricPoint(3.0, low=2.8, high=3.2), "standard").reason.startswith("n_unknown")
    assert judge_target(asked, MetricPoint(3.0, n=60, low=2.8, high=3.2), "standard").n_more == 40
    assert judged(asked, 3.0, 60).n_more == 40


def test_a_target_may_say_whether_its_metric_is_a_share() -> None:
    share = Target("t", "resolved_share", ">=", 0.9, proportion=True)
    assert judged(share, 0.95, 100).result == "insufficient"
    assert judged(replace(share, proportion=None), 0.95, 100).result == "pass"


def test_the_source_s_interval_does_not_stand_in_for_n_of_a_share() -> None:
    point = MetricPoint(0.95, low=0.94, high=0.96)
    assert judge_target(ACCURACY, point, "standard").reason.startswith("n_unknown")


@given(st.floats(0, 1), st.integers(1, 5000), st.floats(0.01, 0.99), st.sampled_from([">=", "<=", ">", "<"]))
def test_a_pass_needs_its_point_and_a_fail_never_has_it(
    rate: float, n: int, value: float, comparator: Comparator
) -> None:
    found = judged(Target("t", "accuracy", comparator, value), rate, n)
    point_holds = rate >= value if comparator in (">=", ">") else rate <= value
    if found.result == "pass":
        assert point_holds
    if found.result == "fail":
        assert not point_holds or rate == value


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_more_successes_never_hurt(pair: tuple[int, int], value: float) -> None:
    order = {"fail": 0, "insufficient": 1, "pass": 2}
    x, n = pair
    target = Target("t", "accuracy", ">=", value)
    here, there = judged(target, x / n, n).result, judged(target, min(x + 1, n) / n, n).result
    assert order[here] <= order[there]


def test_a_bound_is_never_shown_as_if_it_had_reached_its_target() -> None:
    found = judged(ACCURACY, 0.915, 1000)
    assert found.low is not None
    assert "0.899 to" in found.reason
