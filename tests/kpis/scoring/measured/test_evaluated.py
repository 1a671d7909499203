"""What the checks say of a candidate with an evaluation. Counts and coverages by hand; bounds by Clopper-Pearson."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kpis.scoring.evaluations.operating import operate
from kpis.scoring.inputs import DatasetFact, EvaluationFacts, JudgementInputs
from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import lower_bound
from kpis.scoring.targets import Target
from projects.progress.evaluations.levels import ABSTAINED
from tests.kpis.scoring.builders import METRICS, run_of
from tests.kpis.scoring.measured.evaluations import (
    ACCURACY,
    CHOSEN,
    COVERAGE,
    GOOD,
    KNOWN,
    evaluation_of,
    judged_by,
    sliced,
)

WORSE = ((9500, 588, 12), (5000, 200, 200))
FEW = ((9500, 19, 1), (5000, 5, 5))
LATE = replace(ACCURACY, value=0.97, declared_at=KNOWN + timedelta(days=1))


def measure(check: str, inputs: JudgementInputs) -> Measurement:
    return MEASURES[f"model.{check}"](inputs)


def test_both_come_from_the_declared_threshold() -> None:
    inputs = judged_by(evaluation_of())
    accuracy, coverage = measure("accuracy", inputs), measure("coverage", inputs)
    assert (accuracy.result, accuracy.observed, accuracy.n) == ("pass", 0.98, 600)
    assert (coverage.result, coverage.observed, coverage.n) == ("pass", 0.6, 1000)
    assert accuracy.low == pytest.approx(lower_bound(588, 600))
    assert [(each.kind, each.label, each.url) for each in accuracy.evidence] == [
        ("evaluation", "forest on test", "/e/1/")
    ]
    assert accuracy.at == KNOWN


@pytest.mark.parametrize(
    "counts,accuracy,coverage,results,words",
    [
        (GOOD, ACCURACY, COVERAGE, ("pass", "pass"), "at threshold 0.9, declared before the data; coverage 0.6"),
        (GOOD, CHOSEN, COVERAGE, ("pass", "pass"), "at threshold 0.51, chosen on the data with a guarantee"),
        (GOOD, CHOSEN, replace(COVERAGE, value=0.8), ("pass", "insufficient"), "1 observed, 0.6 guaranteed"),
        (WORSE, CHOSEN, replace(COVERAGE, value=0.8), ("pass", "fail"), "0.6 observed, 0.6 guaranteed"),
        (FEW, CHOSEN, replace(COVERAGE, value=0.5), ("insufficient", "pass"), "where nothing is guaranteed"),
        (GOOD, LATE, COVERAGE, ("insufficient", "pass"), "named after the data were known"),
        (((9000, 300, 300),), CHOSEN, COVERAGE, ("fail", "pass"), "none observed, none guaranteed, none by SGR"),
        (((ABSTAINED, 5, 5),), CHOSEN, COVERAGE, ("missing", "fail"), "nothing is accepted at threshold 0"),
    ],
)
def test_how_the_threshold_came_about_decides(
    counts: tuple[tuple[int, int, int], ...],
    accuracy: Target,
    coverage: Target,
    results: tuple[str, str],
    words: str,
) -> None:
    inputs = judged_by(evaluation_of(counts), accuracy, coverage)
    found = measure("accuracy", inputs), measure("coverage", inputs)
    assert (found[0].result, found[1].result) == results
    assert words in found[0].reason
    assert all(each.what_would_pass for each in found if each.result != "pass")


def test_a_chosen_bound_that_looks_good_is_no_proof() -> None:
    """All 5,000 cases have 97 % at the late threshold 0.5, but the walk stops at the first 1,000, which have 85 %."""
    late = replace(ACCURACY, threshold=0.5, declared_at=KNOWN + timedelta(days=1))
    found = measure("accuracy", judged_by(evaluation_of(((9500, 850, 150), (5000, 4000, 0))), late))
    assert found.low == pytest.approx(lower_bound(4850, 5000))
    assert (found.result, found.n) == ("insufficient", 5000)
    assert "fresh case" in found.what_would_pass


def test_what_is_jointly_unreachable_is_said() -> None:
    found = measure("coverage", judged_by(evaluation_of(WORSE), CHOSEN, replace(COVERAGE, value=0.8)))
    assert "jointly unreachable with this evaluation: best is 78.8 % at 100 % coverage" in found.reason
    assert found.what_would_pass == (
        "A candidate with accuracy ≥ 0.9 at 95 % confidence and coverage ≥ 0.8 at 95 % confidence, at one threshold."
    )


def test_how_many_more_are_needed_is_said() -> None:
    """19 of 20 are right: 0.95 proves 0.9 with 124 accepted of 186 in scope, 156 more, as `operate` has it."""
    declared = replace(ACCURACY, threshold=0.9)
    facts = evaluation_of(FEW)
    decision = operate(facts, [declared, COVERAGE]).decision
    found = measure("accuracy", judged_by(facts, declared, COVERAGE))
    assert decision is not None and decision.n_more is not None
    assert found.result == "insufficient"
    assert f"{decision.n_more:,} more cases in scope needed" in found.reason
    assert found.what_would_pass.startswith(f"Measure {decision.n_more:,} more cases")


@pytest.mark.parametrize("least,result", [(600, "pass"), (601, "insufficient")])
def test_a_minimum_counts_accepted_cases(least: int, result: str) -> None:
    found = measure("accuracy", judged_by(evaluation_of(), replace(ACCURACY, minimum_n=least), COVERAGE))
    assert found.result == result


@pytest.mark.parametrize("accuracy,coverage", [("other", ""), ("", "other")])
def test_other_data_than_the_target_names_is_not_used(accuracy: str, coverage: str) -> None:
    targets = replace(ACCURACY, dataset_digest=accuracy), replace(COVERAGE, dataset_digest=coverage)
    inputs = judged_by(evaluation_of(), *targets, run=run_of(METRICS))
    found = measure("accuracy" if accuracy else "coverage", inputs)
    assert (found.result, found.observed) == ("missing", None)
    assert found.reason == "the evaluation is on cases@d1, and the target counts only data with the digest other"
    assert found.what_would_pass == "Evaluate the candidate on the data with the digest other."
    assert measure("coverage", inputs).result == "missing"


def test_digests_that_begin_alike_are_shown_whole() -> None:
    long = "a" * 12
    facts = evaluation_of(dataset=DatasetFact("cases", long + "1"))
    found = measure("accuracy", judged_by(facts, replace(ACCURACY, dataset_digest=long + "2")))
    assert f"cases@{long}1" in found.reason and f"digest {long}2" in found.reason


def test_an_evaluation_without_data_is_on_other_data() -> None:
    found = measure("accuracy", judged_by(evaluation_of(dataset=None), replace(ACCURACY, dataset_digest="d1")))
    assert "names no data" in found.reason


def test_the_data_it_asks_for_is_used() -> None:
    assert measure("accuracy", judged_by(evaluation_of(), replace(ACCURACY, dataset_digest="d1"))).result == "pass"


def test_the_run_lends_neither_accuracy_nor_coverage() -> None:
    run = run_of(METRICS | {"accuracy": 0.999, "coverage": 0.999, "latency": 120.0})
    facts = evaluation_of(((9000, 300, 300),))
    inputs = judged_by(facts, CHOSEN, COVERAGE, Target("t3", "latency", "<=", 200), run=run)
    assert (measure("accuracy", inputs).result, measure("accuracy", inputs).observed) == ("fail", 0.5)
    others = measure("other_targets", inputs)
    assert (others.result, [each.kind for each in others.evidence]) == ("pass", ["evaluation", "run"])


@pytest.mark.parametrize("check", ["accuracy", "coverage"])
def test_two_evaluations_never_lend_each_other_a_number(check: str) -> None:
    """One has the accuracy, the other the coverage: neither has both."""
    accurate, covering = evaluation_of(((9500, 294, 6), (ABSTAINED, 0, 700))), evaluation_of(((9500, 700, 300),))
    for facts in (accurate, covering):
        inputs = judged_by(facts)
        assert {measure(each, inputs).result for each in ("accuracy", "coverage")} == {"pass", "fail"}
        assert measure(check, inputs).n in (facts.tally.n, facts.tally.n - 700)


FLOOR = Target("t3", "accuracy", ">=", 0.9, slice="region=*")
REGIONS = {"EU": ((9500, 490, 10),), "US": ((9500, 400, 100),), "NZ": ((9500, 12, 0),)}


@pytest.mark.parametrize(
    "part,regions,result,words",
    [
        ("region=*", {"EU": REGIONS["EU"]}, "pass", "worst of 1 slice: region=EU"),
        ("*", REGIONS, "fail", "worst of 3 slices: region=US"),
        ("region=*", {each: REGIONS[each] for each in ("EU", "NZ")}, "insufficient", "too few cases on region=NZ"),
        ("region=US", REGIONS, "fail", "accuracy on region=US"),
        ("region=EU", REGIONS, "pass", "accuracy on region=EU"),
        ("region=AU", REGIONS, "missing", "decides no case that gives accuracy on region=AU"),
        ("age=*", REGIONS, "missing", "the evaluation counts no slices of age"),
    ],
)
def test_slices(part: str, regions: dict[str, tuple[tuple[int, int, int], ...]], result: str, words: str) -> None:
    facts = evaluation_of(sliced(**regions))
    found = measure("other_targets", judged_by(facts, ACCURACY, replace(FLOOR, slice=part)))
    assert found.result == result
    assert words in found.reason or result == "missing"


def test_each_slice_has_its_own_numbers() -> None:
    found = measure("other_targets", judged_by(evaluation_of(sliced(**REGIONS)), ACCURACY, FLOOR))
    assert (found.observed, found.n, found.expected) == (0.8, 500, "accuracy ≥ 0.9 at 95 % confidence, on each region")
    assert "too few cases on region=NZ" in found.reason


def test_a_slice_that_is_left_to_people_is_too_small_to_tell() -> None:
    facts = evaluation_of(sliced(EU=((9500, 490, 10),), US=((ABSTAINED, 0, 90),)))
    found = measure("other_targets", judged_by(facts, ACCURACY, FLOOR))
    assert (found.result, found.observed) == ("insufficient", 0.98)
    assert "too few cases on region=US" in found.reason


def test_what_an_evaluation_states_itself_counts() -> None:
    facts = evaluation_of(metrics={"rmse": MetricPoint(1.5, n=5, low=1.4, high=1.6)})
    found = measure("other_targets", judged_by(facts, ACCURACY, Target("t3", "rmse", "<=", 2.0)))
    assert (found.result, [each.kind for each in found.evidence]) == ("pass", ["evaluation"])


def test_the_plain_baseline_is_held_against_the_operating_point() -> None:
    inputs = judged_by(evaluation_of())
    assert measure("better_than_baseline", inputs).observed == 0.98


def test_a_version_whose_run_is_unknown_is_measured_by_its_evaluation() -> None:
    inputs = judged_by(evaluation_of(), run=run_of({}, id="", status="unknown", datasets=(), commit=""))
    assert measure("accuracy", inputs).result == "pass"
    assert MEASURES["data.fingerprint_present"](inputs).observed == "cases@d1"


@pytest.mark.parametrize("now,result", [((), "pass"), ((DatasetFact("cases", "d2"),), "stale")])
def test_its_data_grows_old(now: tuple[DatasetFact, ...], result: str) -> None:
    inputs = judged_by(evaluation_of(), current_datasets=now)
    found = MEASURES["data.fingerprint_unchanged"](inputs)
    assert (found.result, found.at) == (result, KNOWN)
    assert ("since the evaluation" in found.reason) == (result == "stale")


def test_the_same_evaluation_is_worked_out_once() -> None:
    facts: EvaluationFacts = evaluation_of()
    inputs = judged_by(facts)
    assert measure("accuracy", inputs) == measure("accuracy", replace(inputs, targets=tuple(inputs.targets)))
