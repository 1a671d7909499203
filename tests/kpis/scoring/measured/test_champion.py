"""Champion and challenger: pairs by hand, bounds by statsmodels; one slice may fail what the average passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.evaluations.pairs import Pairs, paired_interval
from kpis.scoring.inputs import EvaluationFacts, JudgementInputs
from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import METRICS, candidate_of, run_of
from tests.kpis.scoring.measured.evaluations import evaluation_of, judged_by, sliced

ALL = Target("t1", "accuracy", ">=", 0.5, threshold=0.0)
LIVE = run_of({}, id="run_0", label="live")
SAME = ((9500, 900, 100),)


def against(ours: EvaluationFacts, theirs: EvaluationFacts | None, **more: Any) -> JudgementInputs:
    return judged_by(ours, ALL, production=more.pop("production", LIVE), production_evaluation=theirs, **more)


def measure(inputs: JudgementInputs) -> Measurement:
    return MEASURES["model.not_worse_than_production"](inputs)


@pytest.mark.parametrize(
    "pairs,result",
    [
        (Pairs(900, 10, 10, 80), "pass"),
        (Pairs(850, 50, 50, 50), "insufficient"),
        (Pairs(850, 50, 10, 90), "fail"),
        (Pairs(1000, 0, 0, 0), "pass"),
    ],
)
def test_on_the_same_cases(pairs: Pairs, result: str) -> None:
    found = measure(against(evaluation_of(SAME), evaluation_of(SAME, id="evl_0"), pairs={"": pairs}))
    bounds = paired_interval(pairs, 0.9)
    assert bounds is not None
    assert (found.result, found.n, found.value) == (result, pairs.n, pairs.difference)
    assert (found.low, found.high) == (bounds.low, bounds.high)
    assert f"compared on the same {pairs.n:,} cases" in found.reason
    assert [each.kind for each in found.evidence] == ["evaluation", "production"]


def test_other_cases_are_separate_samples() -> None:
    found = measure(against(evaluation_of(((9500, 930, 70),)), evaluation_of(((9500, 920, 80),), id="evl_0")))
    low, high = confint_proportions_2indep(930, 1000, 920, 1000, method="newcomb", compare="diff", alpha=0.1)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-9)
    assert "compared as separate samples" in found.reason


def test_better_on_average_but_worse_in_one_slice_fails_with_that_slice_named() -> None:
    """All: 60 gained and 20 lost of 1,000. In the US 20 are lost and none gained of 100."""
    pairs = {
        "": Pairs(850, 20, 60, 70),
        "region=EU": Pairs(790, 0, 60, 50),
        "region=US": Pairs(60, 20, 0, 20),
    }
    found = measure(against(evaluation_of(SAME), evaluation_of(SAME, id="evl_0"), pairs=pairs))
    assert (found.result, found.observed) == ("fail", -0.2)
    assert "worse on region=US by 0.2 in accuracy" in found.reason
    assert "on the same cases" in found.reason
    assert found.what_would_pass == "A candidate that is not worse on region=US."


def test_slices_of_separate_samples() -> None:
    ours = evaluation_of(sliced(EU=((9500, 950, 50),), US=((9500, 60, 40),)))
    theirs = evaluation_of(sliced(EU=((9500, 900, 100),), US=((9500, 95, 5),), NZ=((9500, 9, 1),)), id="evl_0")
    found = measure(against(ours, theirs))
    assert found.result == "fail"
    assert "worse on region=US by 0.35" in found.reason and "as separate samples" in found.reason


def test_a_slice_that_may_be_worse_by_chance_does_not_fail() -> None:
    pairs = {"": Pairs(900, 10, 10, 80), "region=US": Pairs(8, 1, 0, 1)}
    found = measure(against(evaluation_of(SAME), evaluation_of(SAME, id="evl_0"), pairs=pairs))
    assert found.result == "pass"


def test_production_that_has_only_a_run_is_compared_by_it() -> None:
    found = measure(against(evaluation_of(SAME), None, production=run_of(METRICS, id="run_0")))
    assert found.value == pytest.approx(-0.03)
    assert "compared as separate samples" in found.reason
    assert measure(against(evaluation_of(SAME), None)).result == "missing"


def test_a_candidate_with_only_a_run_is_compared_by_runs() -> None:
    inputs = against(evaluation_of(SAME), evaluation_of(SAME, id="evl_0"), production=run_of(METRICS, id="run_0"))
    found = measure(replace(inputs, candidate=candidate_of(run_of(METRICS | {"accuracy": 0.95}))))
    assert found.value == pytest.approx(0.02)
