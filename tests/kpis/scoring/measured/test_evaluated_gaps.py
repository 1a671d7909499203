"""Groups of an evaluation against each other. Intervals by statsmodels' Newcombe; ratios by hand."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.targets import Comparator, Target
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from tests.kpis.scoring.builders import METRICS, run_of
from tests.kpis.scoring.measured.evaluations import ACCURACY, evaluation_of, judged_by

# (group, deserves it, gets it, cases): of 1,000 women 400 are selected, of 1,000 men 500.
EVEN = (("F", 400, 600), ("M", 500, 500))


def tally(*groups: tuple[str, int, int], left: int = 0) -> Tally:
    """Count groups as (name, selected, not selected), all rightly so; `left` women are left to people."""
    cells = [
        cell
        for name, selected, rest in groups
        for cell in (
            Cell(Stratum((), (name,), True, True), 9500, selected, 0),
            Cell(Stratum((), (name,), False, False), 9500, rest, 0),
        )
    ]
    waiting = [Cell(Stratum((), ("F",), False, False), ABSTAINED, left, 0)] if left else []
    return tally_cells([*cells, *waiting], (), ("sex",))


def measure(counts: Tally, target: Target, check: str = "fairness.group_errors") -> Measurement:
    return MEASURES[check](judged_by(evaluation_of(counts), ACCURACY, target))


@pytest.mark.parametrize("limit,result", [(0.15, "pass"), (0.12, "insufficient"), (0.05, "fail")])
def test_a_difference_is_judged_by_its_interval(limit: float, result: str) -> None:
    found = measure(tally(*EVEN), Target("g", "demographic_parity_difference", "<=", limit))
    low, high = confint_proportions_2indep(500, 1000, 400, 1000, method="newcomb", compare="diff")
    assert found.result == result
    assert found.value == pytest.approx(0.1)
    assert found.n == 1000
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-9)
    assert "differs by 0.1 between sex=M and sex=F" in found.reason
    assert [each.kind for each in found.evidence] == ["evaluation"]


@pytest.mark.parametrize("limit,result", [(0.72, "pass"), (0.8, "insufficient"), (0.89, "fail")])
@pytest.mark.parametrize("confidence", [None, 0.95])
def test_a_ratio_is_judged_by_its_interval(limit: float, result: str, confidence: float | None) -> None:
    found = measure(tally(*EVEN), Target("g", "demographic_parity_ratio", ">=", limit, confidence=confidence))
    low, high = confint_proportions_2indep(400, 1000, 500, 1000, method="log", compare="ratio")
    assert (found.result, found.half, found.n) == (result, False, 1000)
    assert found.value == pytest.approx(0.8)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-9)
    assert "sex=F over sex=M is 0.8, of all pairs 0.7253 to 0.8824 at 95 % confidence" in found.reason
    assert bool(found.what_would_pass) is (result != "pass")


@pytest.mark.parametrize("comparator,high", [("<=", None), ("<", None), ("between", 1.2)])
def test_a_ratio_is_asked_from_below(comparator: Comparator, high: float | None) -> None:
    found = measure(tally(*EVEN), Target("g", "demographic_parity_ratio", comparator, 0.1, high=high))
    assert found.result == "insufficient"


def test_a_greater_confidence_asks_for_more() -> None:
    """At 99.9 % the interval of 0.8 is 0.679 to 0.943 (z = 3.2905, standard error 1/20)."""
    floor = Target("g", "demographic_parity_ratio", ">=", 0.72, confidence=0.999)
    assert measure(tally(*EVEN), floor).result == "insufficient"


def test_nobody_selected_is_no_ratio() -> None:
    counts = tally(("F", 0, 100), ("M", 0, 100))
    found = measure(counts, Target("g", "demographic_parity_ratio", ">=", 0.8))
    assert (found.result, found.observed) == ("missing", None)
    assert found.reason == "selection rate is 0 in every group, so that there is no ratio"
    assert measure(counts, Target("g", "demographic_parity_difference", "<=", 0.2)).result == "pass"


def test_the_worse_of_both_odds_decides_the_ratio() -> None:
    """Everybody who deserves it gets it, so the true positives are alike; nobody else, so the false ones have none."""
    found = measure(tally(*EVEN), Target("g", "equalized_odds_ratio", ">=", 0.8))
    assert (found.result, found.reason) == (
        "missing",
        "false positive rate is 0 in every group, so that there is no ratio",
    )


def test_parity_of_errors_belongs_to_fairness() -> None:
    """100 of 1,000 women are told wrong and 200 of 1,000 men."""
    counts = tally_cells(
        [Cell(Stratum((), (each,)), 9500, right, 1000 - right) for each, right in (("F", 900), ("M", 800))],
        (),
        ("sex",),
    )
    for metric, comparator, value in (("error_parity_difference", "<=", 0.05), ("error_parity_ratio", ">=", 0.8)):
        target = Target("g", metric, comparator, value)  # type: ignore[arg-type]
        assert measure(counts, target).result == "fail", metric
        assert measure(counts, target, "model.other_targets").result == "not_applicable", metric


def test_a_group_too_small_to_tell_is_named_and_stands_in_the_way() -> None:
    counts = tally(*EVEN, ("X", 10, 12))
    difference = Target("g", "demographic_parity_difference", "<=", 0.2)
    for target in (difference, Target("g", "demographic_parity_ratio", ">=", 0.7)):
        found = measure(counts, target)
        assert found.result == "insufficient"
        assert "too small to tell: sex=X" in found.reason
    assert measure(counts, Target("g", "demographic_parity_difference", "<=", 0.9, minimum_n=22)).observed == (
        pytest.approx(0.1)
    )


def test_coverage_is_judged_where_people_wait() -> None:
    """1,000 of 1,500 women and all men are decided."""
    target = Target("g", "coverage_parity_difference", "<=", 0.1)
    found = measure(tally(*EVEN, left=500), target, "fairness.group_coverage")
    assert found.value == pytest.approx(1 / 3)
    assert found.result == "fail"


def test_the_worse_of_both_odds_decides() -> None:
    """Everybody who deserves it gets it, and nobody else."""
    found = measure(tally(*EVEN), Target("g", "equalized_odds_difference", "<=", 0.05))
    assert (found.result, found.observed) == ("pass", 0.0)


@pytest.mark.parametrize(
    "part,result", [("sex", "pass"), ("sex=*", "pass"), ("age", "missing"), ("age, sex", "missing")]
)
def test_a_slice_names_the_columns(part: str, result: str) -> None:
    found = measure(tally(*EVEN), Target("g", "demographic_parity_difference", "<=", 0.2, slice=part))
    assert found.result == result


@pytest.mark.parametrize(
    "counts,result,words",
    [
        (tally(("F", 400, 600)), "missing", "fewer than two groups"),
        (tally(("F", 400, 600), ("M", 5, 5)), "insufficient", "too small to tell: sex=M"),
        (
            tally_cells([Cell(Stratum((), (each,)), 9500, 90, 10) for each in "FM"], (), ("sex",)),
            "missing",
            "favourable class",
        ),
    ],
)
@pytest.mark.parametrize("metric,comparator", [("demographic_parity_difference", "<="), ("equalized_odds_ratio", ">=")])
def test_what_cannot_be_compared(counts: Tally, result: str, words: str, metric: str, comparator: str) -> None:
    found = measure(counts, Target("g", metric, comparator, 0.5))  # type: ignore[arg-type]
    assert found.result == result
    assert words in found.reason
    assert found.what_would_pass


def test_the_four_fifths_rule_only_warns() -> None:
    """300 of 1,000 are 3/5 of 500 of 1,000."""
    counts = tally(("F", 300, 700), ("M", 500, 500))
    found = measure(counts, Target("g", "demographic_parity_difference", "<=", 0.5))
    assert found.result == "pass"
    assert found.notes == (
        "sex=F is selected at 0.6 of the rate of sex=M, on 1,000 cases: screening rule (EEOC 1978), not legal advice",
    )
    assert measure(tally(*EVEN), Target("g", "demographic_parity_difference", "<=", 0.5)).notes == ()


def test_groups_that_the_evaluation_does_not_count_may_come_from_the_run() -> None:
    name = "equalized_odds_difference"
    run = run_of(METRICS | {name: 0.05, f"{name}_low": 0.02, f"{name}_high": 0.08})
    inputs = judged_by(evaluation_of(), ACCURACY, Target("g", name, "<=", 0.1), run=run)
    assert MEASURES["fairness.group_errors"](inputs).result == "pass"
