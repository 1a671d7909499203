"""Whether a second training agrees; σ and the ends of intervals by hand or from golden/03_confidence_intervals.json."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured import MEASURES
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import clopper_pearson
from kpis.scoring.readiness import judge
from kpis.scoring.reruns import Rerun, agreement
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import ACCURACY, COVERAGE, NOW, inputs_of, waiver
from tests.kpis.scoring.builders import found as check_in
from tests.kpis.scoring.measured.evaluations import GOOD, evaluation_of, judged_by

# The mean is 0.93 and the standard deviation √((0.01² + 0 + 0.01²) / 2) = 0.01, by hand.
SEEDS = (0.92, 0.93, 0.94)


def rerun_of(values: dict[str, float], name: str = "again", **more: Any) -> Rerun:
    return Rerun(f"run_{name}", name, values, **more)


@pytest.mark.parametrize(
    ("theirs", "agrees"),
    [
        (0.93, True),
        (0.905, True),  # 0.025 < 0.0277
        (0.902, False),  # 0.028 > 0.0277
        (0.958, False),
    ],
)
def test_with_seeds_the_difference_is_held_against_their_noise(theirs: float, agrees: bool) -> None:
    found = agreement("accuracy", MetricPoint(0.93, n=10), theirs, SEEDS, True)
    assert found is not None and found.agrees is agrees


def test_the_ends_of_the_example_are_those_of_the_exact_interval() -> None:
    found = clopper_pearson(930, 1000)
    assert (round(found.low, 4), round(found.high, 4)) == (0.9124, 0.945)


@pytest.mark.parametrize(
    ("ours", "theirs", "share", "agrees"),
    [
        (MetricPoint(0.93, n=1000), 0.92, True, True),
        (MetricPoint(0.93, n=1000), 0.91, True, False),
        (MetricPoint(0.93), 0.92, True, None),
        (MetricPoint(4.0, low=3.8, high=4.2), 4.2, False, True),
        (MetricPoint(4.0, low=3.8, high=4.2), 4.3, False, False),
        (MetricPoint(4.0, n=1000), 4.1, False, None),
        (MetricPoint(4.0), 4.0, False, True),
    ],
)
def test_without_seeds_the_interval_decides(ours: MetricPoint, theirs: float, share: bool, agrees: bool | None) -> None:
    found = agreement("m", ours, theirs, (0.9, 0.1), share)
    assert found is not None and found.agrees is agrees


def test_what_is_no_number_is_not_compared() -> None:
    assert agreement("m", MetricPoint(None, "nan"), 1.0, (), False) is None
    assert agreement("m", MetricPoint(1.0), float("inf"), (), False) is None


def judged(*reruns: Rerun, **more: Any) -> Any:
    inputs: JudgementInputs = inputs_of(reruns=reruns, **more)
    return MEASURES["delivery.rerun"](inputs)


def test_the_newest_rerun_decides_and_both_are_named() -> None:
    near, far = rerun_of({"accuracy": 0.92, "coverage": 0.79}), rerun_of({"accuracy": 0.8}, "older")
    found = judged(near, far)
    assert found.result == "pass"
    assert found.observed == (
        "again against forest: accuracy 0.93 against 0.92, inside 0.9124 to 0.945; "
        "coverage 0.8 against 0.79, inside 0.7738 to 0.8244"
    )
    assert [each.label for each in found.evidence] == ["forest", "again"]
    failed = judged(far, near)
    assert (failed.result, failed.value) == ("fail", 1.0)
    assert failed.reason == "older against forest: accuracy 0.93 against 0.8, outside 0.9124 to 0.945"


@pytest.mark.parametrize(
    ("theirs", "result", "reopened"),
    [
        ({"accuracy": 0.8, "coverage": 0.79}, "waived", ""),
        ({"accuracy": 0.8, "coverage": 0.5}, "fail", "what is judged together is missed by more than the waiver names"),
    ],
)
def test_a_waiver_covers_as_many_as_it_names(theirs: dict[str, float], result: str, reopened: str) -> None:
    inputs = inputs_of(reruns=(rerun_of(theirs),), waivers=(waiver("delivery.rerun", value=1.0),))
    found = check_in(judge(inputs, default_scorecard(), NOW), "delivery.rerun")
    assert (found.result, found.reopened) == (result, reopened)


@pytest.mark.parametrize(
    ("reruns", "more", "result", "reason"),
    [
        ((), {}, "missing", "no other run has the same commit, data and parameters"),
        ((rerun_of({"loss": 0.1}),), {}, "insufficient", "both report no metric with a target"),
        (
            (rerun_of({"rmse": 3.9}),),
            {"values": {"rmse": 4.0}, "targets": (Target("t", "rmse", "<=", 5.0),)},
            "insufficient",
            "again against forest: rmse 4 against 3.9, nothing says how much it varies",
        ),
        ((), {"candidate": None}, "missing", "there is no candidate yet: no finished run or model version"),
    ],
)
def test_what_cannot_be_told(reruns: tuple[Rerun, ...], more: dict[str, Any], result: str, reason: str) -> None:
    found = judged(*reruns, **more)
    assert (found.result, found.reason) == (result, reason)


def test_evaluations_on_the_same_data_are_compared_over_all_cases() -> None:
    # 908 of 1,000 right: 0.8884 to 0.9252 by the exact interval, so 900 agrees and 880 does not.
    inputs = judged_by(evaluation_of(GOOD), ACCURACY, COVERAGE)
    for right, result in ((900, "pass"), (880, "fail")):
        found = MEASURES["delivery.rerun"](replace(inputs, reruns=(rerun_of({}, right=right, n=1000),)))
        assert found.result == result and "accuracy over all cases 0.908 against" in str(found.observed)
