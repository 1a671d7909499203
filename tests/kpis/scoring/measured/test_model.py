"""Accuracy, coverage, other targets and comparisons on one candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.inputs import InitiativeFacts, JudgementInputs, PlainBaseline
from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.points import MetricPoint
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import ACCURACY, COVERAGE, METRICS, candidate_of, inputs_of, run_of

EXPERIMENT = InitiativeFacts("X", criticality="experiment")


def measure(check: str, inputs: JudgementInputs) -> Measurement:
    return MEASURES[f"model.{check}"](inputs)


def test_both_pass_at_one_threshold() -> None:
    inputs = inputs_of()
    accuracy, coverage = measure("accuracy", inputs), measure("coverage", inputs)
    assert (accuracy.result, accuracy.observed, accuracy.n) == ("pass", 0.93, 1000)
    assert (coverage.result, coverage.observed, coverage.n) == ("pass", 0.8, 1000)
    assert accuracy.evidence[0].label == "forest"


def test_without_a_threshold_coverage_is_missing_and_says_how_to_declare_it() -> None:
    inputs = inputs_of(candidate=candidate_of(run_of(METRICS, tags={})))
    assert measure("accuracy", inputs).result == "pass"
    found = measure("coverage", inputs)
    assert found.result == "missing"
    assert "threshold" in found.reason
    assert "accuracy@coverage" in found.what_would_pass


@pytest.mark.parametrize(
    "values,accuracy,coverage",
    [
        ({"accuracy": 0.97, "n": 1000}, "pass", "missing"),
        ({"coverage": 0.97, "n": 1000}, "missing", "missing"),
        ({"accuracy": 0.97, "coverage": 0.5, "n": 1000}, "pass", "fail"),
        ({"accuracy": 0.8, "coverage": 0.9, "n": 1000}, "fail", "pass"),
        ({"accuracy": 0.95, "coverage": 0.9, "n": 60}, "insufficient", "pass"),
        ({"accuracy": 0.95, "coverage": 0.9}, "insufficient", "insufficient"),
        ({"accuracy": 95, "coverage": 0.9, "n": 1000}, "missing", "pass"),
    ],
)
def test_pairs(values: dict[str, float], accuracy: str, coverage: str) -> None:
    inputs = inputs_of(values)
    assert measure("accuracy", inputs).result == accuracy
    assert measure("coverage", inputs).result == coverage


def test_a_coverage_beside_a_nan_accuracy_is_missing() -> None:
    run = run_of(METRICS)
    run = replace(run, metrics={**run.metrics, "accuracy": MetricPoint(None, special="nan")})
    found = measure("coverage", inputs_of(candidate=candidate_of(run)))
    assert found.result == "missing"


def test_a_pass_on_more_cases_than_the_model_decides_is_said() -> None:
    values = {"accuracy": 0.93, "coverage": 0.3, "n": 500.0}
    noted = measure("accuracy", inputs_of(values))
    assert noted.result == "pass"
    assert "150 cases that coverage leaves" in noted.notes[0]
    assert measure("accuracy", inputs_of(values | {"accuracy_n": 500})).notes == ()
    assert measure("accuracy", inputs_of()).notes == ()


@pytest.mark.parametrize("check", ["accuracy", "coverage"])
def test_without_a_target_it_is_missing(check: str) -> None:
    found = measure(check, inputs_of(targets=()))
    assert (found.result, found.reason) == ("missing", f"no target is set on {check}")


def test_a_target_on_a_slice_is_no_target_on_all() -> None:
    found = measure("accuracy", inputs_of(targets=(replace(ACCURACY, slice="EU"),)))
    assert found.reason == "no target is set on accuracy"


OBSERVED = ("data.complete", "data.undrifted", "data.quality")
"""These are about the data that arrives, whatever the candidate."""
CHECKS = [
    check
    for check in MEASURES
    if check.startswith(("model.", "data.", "delivery.reproducible")) and check not in OBSERVED
]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("status", ["running", "failed", "killed", "unknown", None])
def test_an_unfinished_candidate_measures_nothing(check: str, status: str | None) -> None:
    candidate = candidate_of(run_of(METRICS, status=status)) if status else None
    inputs = inputs_of(candidate=candidate, production=run_of(METRICS, id="old"), targets=(ACCURACY, COVERAGE, OTHER))
    found = MEASURES[check](inputs)
    assert found.result == "missing"
    assert (status or "no candidate") in found.reason


def test_an_ambiguous_alias_is_the_reason() -> None:
    run = run_of({"n": 1000}, ambiguous={"accuracy": "a and b differ", "coverage": "c and d differ"})
    inputs = inputs_of(candidate=candidate_of(run))
    assert measure("accuracy", inputs).reason == "a and b differ"
    assert measure("coverage", inputs).reason == "c and d differ"


OTHER = Target("t3", "recall", ">=", 0.8)
SLICE = Target("t4", "accuracy", ">=", 0.85, slice="EU")


@pytest.mark.parametrize(
    "targets,values,result",
    [
        ((), {}, "not_applicable"),
        ((OTHER,), {"recall": 0.9}, "pass"),
        ((OTHER,), {"recall": 0.5}, "fail"),
        ((OTHER,), {}, "missing"),
        ((OTHER, SLICE), {"recall": 0.9, "accuracy/EU": 0.92, "n/EU": 400}, "pass"),
        ((OTHER, SLICE), {"recall": 0.9, "accuracy/EU": 0.92}, "insufficient"),
        ((OTHER, SLICE), {"recall": 0.5, "accuracy/EU": 0.92}, "fail"),
        ((OTHER, SLICE), {"recall": 0.9}, "missing"),
    ],
)
def test_other_targets_are_as_good_as_the_weakest(
    targets: tuple[Target, ...], values: dict[str, float], result: str
) -> None:
    found = measure("other_targets", inputs_of(METRICS | values, targets=(ACCURACY, COVERAGE, *targets)))
    assert found.result == result
    if len(targets) == 2:
        assert str(found.observed).endswith("of 2 met")
        assert found.value is not None
        assert (found.value > 0) == (result in ("fail", "missing"))


def test_fairness_and_audit_targets_are_judged_in_their_own_sections() -> None:
    targets = (Target("a", "label_error_rate", "<=", 0.02), Target("b", "equalized_odds_difference", "<=", 0.1))
    inputs = inputs_of(METRICS | {"label_error_rate": 0.0, "label_error_rate_n": 149}, targets=targets)
    assert measure("other_targets", inputs).result == "not_applicable"
    assert MEASURES["labels.audit"](inputs).result == "pass"
    assert MEASURES["fairness.group_errors"](inputs).result == "missing"


@pytest.mark.parametrize("n,result", [(149.0, "pass"), (148.0, "insufficient"), (None, "insufficient")])
def test_an_audit_has_its_own_n(n: float | None, result: str) -> None:
    """149 clean labels show at most 2 % errors at 95 %: 0.98¹⁴⁹ = 0.0493, by hand."""
    values = METRICS | {"label_error_rate": 0.0} | ({} if n is None else {"label_error_rate_n": n})
    found = MEASURES["labels.audit"](inputs_of(values, targets=(Target("a", "label_error_rate", "<=", 0.02),)))
    assert found.result == result


@pytest.mark.parametrize(
    "interval,result",
    [((0.02, 0.08), "pass"), ((0.02, 0.12), "insufficient"), ((0.11, 0.2), "fail"), (None, "insufficient")],
)
def test_groups_by_the_interval_of_their_source(interval: tuple[float, float] | None, result: str) -> None:
    name = "equalized_odds_difference"
    values = METRICS | {name: 0.05} | (dict(zip((f"{name}_low", f"{name}_high"), interval)) if interval else {})
    target = Target("b", name, "<=", 0.1)
    assert MEASURES["fairness.group_errors"](inputs_of(values, targets=(target,))).result == result


def test_nothing_is_said_of_groups_without_a_target() -> None:
    assert "coverage_parity_difference" in MEASURES["fairness.group_coverage"](inputs_of()).reason


@pytest.mark.parametrize(
    "baselines,result",
    [
        ((), "missing"),
        ((PlainBaseline("accuracy", 0.8),), "pass"),
        ((PlainBaseline("accuracy", 0.92),), "insufficient"),
        ((PlainBaseline("accuracy", 0.96),), "fail"),
        ((PlainBaseline("accuracy", 0.8, n=1000),), "pass"),
        ((PlainBaseline("accuracy", 0.915, n=1000),), "insufficient"),
        ((PlainBaseline("accuracy", 0.96, n=1000),), "fail"),
        ((PlainBaseline("accuracy", 0.8), PlainBaseline("coverage", 0.99)), "fail"),
        ((PlainBaseline("recall", 0.8),), "missing"),
    ],
)
def test_the_plain_baseline(baselines: tuple[PlainBaseline, ...], result: str) -> None:
    found = measure("better_than_baseline", inputs_of(baselines=baselines))
    assert found.result == result
    assert found.reason


@pytest.mark.parametrize("value,result", [(3.0, "pass"), (4.0, "fail"), (5.0, "fail")])
def test_a_baseline_where_lower_is_better(value: float, result: str) -> None:
    inputs = inputs_of({"rmse": value, "n": 100}, baselines=(PlainBaseline("rmse", 4.0),))
    found = measure("better_than_baseline", inputs)
    assert (found.result, found.half) == (result, True)


@pytest.mark.parametrize(
    "values,result",
    [
        (METRICS, "insufficient"),
        ({"accuracy": 0.93, "coverage": 0.8, "n": 100_000}, "pass"),
        ({"accuracy": 0.96, "coverage": 0.85, "n": 2000}, "pass"),
        ({"accuracy": 0.85, "coverage": 0.8, "n": 2000}, "fail"),
        ({"accuracy": 0.96, "coverage": 0.4, "n": 2000}, "fail"),
        ({"accuracy": 0.96, "n": 2000}, "missing"),
        ({"accuracy": 0.93, "coverage": 0.8}, "insufficient"),
    ],
)
def test_production(values: dict[str, float], result: str) -> None:
    live = run_of({"accuracy": 0.93, "coverage": 0.8, "n": 100_000}, id="run_0", label="live")
    found = measure("not_worse_than_production", inputs_of(values, production=live))
    assert found.result == result
    if result == "missing":
        assert "the candidate" in found.reason


def test_production_by_hand() -> None:
    """The bound is Newcombe's, one-sided at 95 %, as statsmodels has it."""
    target = (ACCURACY,)
    live = run_of({"accuracy": 0.92, "n": 1500}, id="run_0")
    found = measure(
        "not_worse_than_production", inputs_of({"accuracy": 0.93, "n": 1000}, production=live, targets=target)
    )
    low, high = confint_proportions_2indep(930, 1000, 1380, 1500, method="newcomb", compare="diff", alpha=0.1)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-9)
    assert found.value == pytest.approx(0.01)
    assert (low >= -0.01) == (found.result == "pass")


@pytest.mark.parametrize(
    "more,reason",
    [
        ({}, "nothing runs in production yet"),
        ({"production": run_of(METRICS), "candidate": candidate_of(run_of(METRICS), deployed=True)}, "is what runs"),
    ],
)
def test_production_that_does_not_apply(more: dict[str, Any], reason: str) -> None:
    found = measure("not_worse_than_production", inputs_of(**more))
    assert found.result == "not_applicable"
    assert reason in found.reason


@pytest.mark.parametrize("accuracy,result", [(0.925, "pass"), (0.92, "pass"), (0.915, "fail")])
def test_an_experiment_compares_points_with_production(accuracy: float, result: str) -> None:
    inputs = inputs_of(
        {"accuracy": accuracy}, initiative=EXPERIMENT, production=run_of({"accuracy": 0.93}), targets=(ACCURACY,)
    )
    found = measure("not_worse_than_production", inputs)
    assert (found.result, found.half) == (result, True)


def test_production_without_numbers_is_missing() -> None:
    live = run_of({}, id="", label="v7", status="unknown")
    found = measure("not_worse_than_production", inputs_of(production=live))
    assert found.result == "missing"
    assert "the run in production" in found.reason


def test_a_higher_error_rate_is_worse() -> None:
    targets = (Target("t", "error_rate", "<=", 0.2),)
    live = run_of({"error_rate": 0.05, "n": 5000})
    worse = measure(
        "not_worse_than_production", inputs_of({"error_rate": 0.15, "n": 5000}, production=live, targets=targets)
    )
    better = measure(
        "not_worse_than_production", inputs_of({"error_rate": 0.02, "n": 5000}, production=live, targets=targets)
    )
    assert (worse.result, better.result) == ("fail", "pass")


def test_an_audit_target_is_not_compared_with_production() -> None:
    audit = Target("a", "label_error_rate", "<=", 0.02)
    live = run_of({"accuracy": 0.9, "coverage": 0.7, "n": 5000})
    found = measure("not_worse_than_production", inputs_of(production=live, targets=(ACCURACY, COVERAGE, audit)))
    assert found.result == "pass"


def test_comparisons_are_made_at_the_operating_point() -> None:
    run = run_of({"accuracy": 0.7, "accuracy@coverage": 0.95, "coverage": 0.8, "n": 2000}, tags={})
    inputs = inputs_of(candidate=candidate_of(run), production=run_of({"accuracy": 0.93, "coverage": 0.8, "n": 2000}))
    assert measure("better_than_baseline", inputs).observed == 0.95
    assert measure("not_worse_than_production", replace(inputs, targets=(ACCURACY,))).value == pytest.approx(0.02)
