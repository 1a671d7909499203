"""The audit of a live model: a finding rests on a bound, groups of few people are hidden. Counts follow by hand."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.continuous import audited, faults_of
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import lower_bound, upper_bound
from kpis.scoring.targets import Target
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from tests.kpis.scoring.measured.evaluations import KNOWN, evaluation_of

ACCURACY = Target("t1", "accuracy", ">=", 0.9, threshold=0.5, declared_at=KNOWN)
COVERAGE = Target("t2", "coverage", ">=", 0.8)


def counts(right: int, wrong: int, unsure: int = 0) -> Tally:
    """Return so many sure cases, right and wrong, and so many below the threshold of 0.5."""
    return tally_cells([Cell(Stratum(), 9000, right, wrong), Cell(Stratum(), 1000, unsure, 0)])


@pytest.mark.parametrize(
    ("right", "wrong", "crosses", "undecided"),
    [
        (930, 70, False, False),  # 93 % of 1,000: the lower bound is above 0.9
        (895, 105, False, True),  # the point is below 0.9, the upper bound is not: nobody can tell
        (905, 95, False, True),  # the point is above, the lower bound is not
        (880, 120, True, False),  # the upper bound is below 0.9
        (88, 12, False, True),  # the same rate on a hundred cases tells nothing yet
    ],
)
def test_a_bound_that_crosses_is_a_fault_and_a_point_is_none(
    right: int, wrong: int, crosses: bool, undecided: bool
) -> None:
    n = right + wrong
    assert (upper_bound(right, n) < 0.9, lower_bound(right, n) < 0.9 <= upper_bound(right, n)) == (crosses, undecided)
    found = audited(evaluation_of(counts(right, wrong), purpose="production"), (ACCURACY,), "standard")
    faults, unsure = faults_of(found, "CHURN")
    assert [each.cause for each in faults] == ["evaluation:CHURN:accuracy"] * crosses
    assert unsure == ({"evaluation:CHURN:accuracy"} if undecided else set())


def test_a_fault_carries_its_numbers_and_coverage_is_judged_too() -> None:
    facts = evaluation_of(counts(400, 60, 540), purpose="production")
    faults, unsure = faults_of(audited(facts, (ACCURACY, COVERAGE), "critical"), "CHURN")
    # 460 of 1,000 are decided, 400 of them rightly: both bounds are on the wrong side.
    assert [(each.kind, each.name, each.severity) for each in faults] == [
        ("evaluation", "accuracy", "critical"),
        ("evaluation", "coverage", "warning"),
    ]
    evidence = faults[0].evidence
    assert (evidence["evaluation"], evidence["n"], evidence["threshold"]) == ("evl_1", 460, 0.5)
    assert evidence["observed"] == pytest.approx(400 / 460) and evidence["high"] == pytest.approx(upper_bound(400, 460))
    assert evidence["time"] == KNOWN.isoformat()
    assert faults[1].words.startswith("coverage in production, by forest on test: 95 % bounds of coverage")
    assert unsure == set()


@pytest.mark.parametrize(
    ("metric", "crosses", "undecided"),
    [
        (MetricPoint(120.0), False, True),  # a point beyond its target, without an interval
        (MetricPoint(90.0), False, True),  # a point on the right side ends nothing either
        (MetricPoint(120.0, n=500), False, True),
        (MetricPoint(120.0, low=110.0, high=130.0), True, False),
        (MetricPoint(90.0, low=80.0, high=95.0), False, False),
        (MetricPoint(120.0, low=90.0, high=130.0), False, True),
    ],
)
def test_without_an_interval_nobody_can_tell(metric: MetricPoint, crosses: bool, undecided: bool) -> None:
    latency = Target("t3", "latency_ms", "<=", 100)
    facts = evaluation_of(counts(930, 70), purpose="production", metrics={"latency_ms": metric})
    faults, unsure = faults_of(audited(facts, (latency,), "experiment"), "CHURN")
    cause = "evaluation:CHURN:latency_ms"
    assert ([each.cause for each in faults], unsure) == ([cause] * crosses, {cause} if undecided else set())


def test_what_an_evaluation_does_not_measure_is_left_alone() -> None:
    latency = Target("t3", "latency_ms", "<=", 100, slice="region=EU")
    found = audited(evaluation_of(counts(930, 70), purpose="production"), (ACCURACY, latency), "standard")
    assert [each.target.metric for each in found.judgements] == ["accuracy"]
    # What was found before on a target in force that it does not measure stands: nobody can tell.
    assert faults_of(found, "CHURN") == ([], {"evaluation:CHURN:latency_ms:region=EU"})


def test_groups_over_time_hide_those_of_few_people() -> None:
    cells = [
        Cell(Stratum(groups=(group,)), 9000, right, wrong)
        for group, right, wrong in (("a", 90, 10), ("b", 80, 20), ("c", 4, 0), ("d", 40, 10))
    ]
    found = audited(evaluation_of(tally_cells(cells, (), ("sex",)), purpose="production"), (), "standard")
    # c has four people; with it alone hidden the total would give it away, so the next smallest, d, is hidden, too.
    assert [each.name for each in found.groups] == ["sex=b", "sex=a"] and found.hidden == 2
    assert found.group("sex=c") is None
    part = found.group("sex=b")
    assert part is not None and (part.accuracy.rate, part.accuracy.n, part.coverage.rate) == (0.8, 100, 1.0)
