"""Aliases, n and operating points: what a run says, and what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpis.scoring.aliases import apply_aliases
from kpis.scoring.operating_point import accepted_cases, operating_point
from kpis.scoring.points import MetricPoint
from kpis.scoring.sampling import Reported, observed_for, point_of, sample_size
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import points


def test_an_alias_stands_under_the_metric_s_own_name() -> None:
    named = apply_aliases(points({"val_acc": 0.9, "val_acc_n": 80, "loss": 1}), {"val_acc": "accuracy"})
    assert named.metrics["accuracy"].value == 0.9
    assert named.metrics["accuracy_n"].value == 80
    assert named.metrics["val_acc"].value == 0.9
    assert named.ambiguous == {}


def test_the_name_itself_wins_over_its_aliases() -> None:
    named = apply_aliases(points({"val_acc": 0.8, "accuracy": 0.9}), {"val_acc": "accuracy"})
    assert named.metrics["accuracy"].value == 0.9


def test_two_aliases_that_differ_are_said_and_not_guessed() -> None:
    aliases = {"val_acc": "accuracy", "eval/accuracy": "accuracy"}
    named = apply_aliases(points({"val_acc": 0.8, "eval/accuracy": 0.95}), aliases)
    assert "accuracy" not in named.metrics
    assert "eval/accuracy and val_acc" in named.ambiguous["accuracy"]
    point, note = observed_for(Reported(named.metrics, ambiguous=named.ambiguous), Target("t", "accuracy", ">=", 0.9))
    assert point is None
    assert note == named.ambiguous["accuracy"]


def test_two_aliases_with_the_same_value_are_one() -> None:
    named = apply_aliases(points({"a": 0.8, "b": 0.8}), {"a": "accuracy", "b": "accuracy"})
    assert named.metrics["accuracy"].value == 0.8


def test_a_special_beside_a_number_is_ambiguous_too() -> None:
    metrics = {"a": MetricPoint(0.8), "b": MetricPoint(None, special="nan")}
    assert "accuracy" in apply_aliases(metrics, {"a": "accuracy", "b": "accuracy"}).ambiguous


@pytest.mark.parametrize(
    "metrics,params,tags,n",
    [
        ({"n": 1000}, {}, {}, 1000),
        ({}, {"n": "1000"}, {}, 1000),
        ({}, {}, {"n": "1000"}, 1000),
        ({}, {}, {"n": " 1000.0 "}, 1000),
        ({"n": 1000}, {"n": "5"}, {"n": "6"}, 1000),
        ({}, {"n": "5"}, {"n": "6"}, 5),
        ({"n": 1000, "accuracy_n": 400}, {}, {}, 400),
        ({"n": 1000}, {"accuracy_n": "400"}, {}, 400),
        ({"n": 0}, {}, {}, 0),
        ({"n": 10.5}, {}, {}, None),
        ({"n": -1}, {}, {}, None),
        ({"n": 1e30}, {}, {}, None),
        ({}, {"n": "many"}, {}, None),
        ({}, {"n": "1,000"}, {}, None),
        ({}, {"n": "-5"}, {}, None),
        ({}, {"n": "٣"}, {}, None),
        ({}, {"n": "9" * 40}, {}, None),
        ({"n": 10.5}, {"n": "7"}, {}, 7),
        ({}, {}, {}, None),
    ],
)
def test_n_is_found_where_it_is_said(
    metrics: dict[str, float], params: dict[str, str], tags: dict[str, str], n: int | None
) -> None:
    assert sample_size(Reported(points(metrics), params, tags), "accuracy") == n


def test_n_may_have_another_name() -> None:
    reported = Reported(points({"eval_rows": 70, "n": 5}), sample_key="eval_rows")
    assert sample_size(reported, "accuracy") == 70


@pytest.mark.parametrize("value", [True, None, 1.5, ["7"]])
def test_params_that_are_no_text_are_passed_over(value: Any) -> None:
    found = sample_size(Reported({}, params={"n": value}), "accuracy")
    assert found is None


def test_a_slice_has_its_own_n() -> None:
    reported = Reported(points({"accuracy/EU": 0.9, "n": 1000}))
    assert sample_size(reported, "accuracy", "EU") is None
    assert sample_size(replace(reported, tags={"n/EU": "80"}), "accuracy", "EU") == 80
    own = Reported(points({"accuracy/EU": 0.9, "accuracy/EU_n": 60, "n/EU": 80}))
    found = point_of(own, "accuracy", "EU")
    assert found is not None
    assert (found.value, found.n) == (0.9, 60)


def test_the_interval_of_the_source() -> None:
    found = point_of(Reported(points({"rmse": 3, "rmse_low": 2.5, "rmse_high": 3.5})), "rmse")
    assert found is not None
    assert (found.low, found.high) == (2.5, 3.5)
    given = Reported({"rmse": MetricPoint(3, n=9, low=2, high=4), **points({"rmse_low": 1, "n": 5})})
    assert point_of(given, "rmse") == MetricPoint(3, n=9, low=2, high=4)
    assert point_of(given, "mae") is None


BOTH = {"accuracy": 0.93, "coverage": 0.8, "n": 1000.0}


@pytest.mark.parametrize(
    "metrics,params,tags,accuracy,coverage,threshold",
    [
        (BOTH, {}, {"threshold": "0.7"}, 0.93, 0.8, "0.7"),
        (BOTH, {"threshold": "0.7"}, {}, 0.93, 0.8, "0.7"),
        (BOTH, {"threshold": "0.6"}, {"threshold": "0.7"}, 0.93, 0.8, "0.7"),
        (BOTH, {"threshold": "0"}, {}, 0.93, 0.8, "0"),
        (BOTH, {}, {}, 0.93, None, ""),
        (BOTH, {}, {"threshold": " "}, 0.93, None, ""),
        (BOTH, {}, {"threshold": "high"}, 0.93, None, ""),
        (BOTH, {}, {"threshold": "nan"}, 0.93, None, ""),
        (BOTH | {"accuracy@coverage": 0.97}, {}, {}, 0.97, 0.8, "accuracy@coverage"),
        ({"accuracy": 0.9, "accuracy@0.85": 0.96, "n": 9}, {}, {}, 0.96, 0.85, "accuracy@0.85"),
        ({"accuracy@coverage=0.85": 0.96}, {}, {}, 0.96, 0.85, "accuracy@coverage=0.85"),
        (BOTH | {"accuracy@0.85": 0.96, "accuracy@0.9": 0.95}, {}, {}, 0.93, None, ""),
        (BOTH | {"accuracy@1": 0.96, "accuracy@5": 0.99}, {}, {}, 0.93, None, ""),
        (BOTH | {"accuracy@0.85": 0.96}, {}, {"threshold": "0.7"}, 0.93, 0.8, "0.7"),
        ({"coverage": 0.8}, {}, {"threshold": "0.7"}, None, 0.8, "0.7"),
        ({}, {}, {}, None, None, ""),
    ],
)
def test_operating_points(
    metrics: dict[str, float],
    params: dict[str, str],
    tags: dict[str, str],
    accuracy: float | None,
    coverage: float | None,
    threshold: str,
) -> None:
    found = operating_point(Reported(points(metrics), params, tags))
    assert (found.accuracy.value if found.accuracy else None) == accuracy
    assert (found.coverage.value if found.coverage else None) == coverage
    assert found.threshold == threshold
    assert bool(found.problem) == (threshold == "")


def test_an_operating_point_keeps_n() -> None:
    found = operating_point(Reported(points(BOTH | {"accuracy@coverage": 0.97, "accuracy_n": 800})))
    assert found.accuracy is not None
    assert found.coverage is not None
    assert (found.accuracy.n, found.coverage.n) == (800, 1000)


def test_several_points_are_said_and_not_guessed() -> None:
    found = operating_point(Reported(points({"accuracy@0.85": 0.96, "accuracy@0.9": 0.95})))
    assert "2 operating points" in found.problem


@pytest.mark.parametrize(
    "metrics,cases",
    [
        (BOTH, 800),
        ({"accuracy": 0.9, "coverage": 0.8}, None),
        ({"coverage": 0.8, "n": 10}, None),
        ({"accuracy": 1}, None),
    ],
)
def test_the_cases_that_the_model_decides(metrics: dict[str, float], cases: int | None) -> None:
    assert accepted_cases(operating_point(Reported(points(metrics), tags={"threshold": "0.5"}))) == cases
