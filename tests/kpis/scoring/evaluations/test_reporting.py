"""What an evaluation reports at a threshold: every number by hand from six kinds of cases."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.reporting import reported_at
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.points import MetricPoint
from kpis.scoring.sampling import Reported
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells


def of(region: str, sex: str, positive: bool, selected: bool) -> Stratum:
    return Stratum((region,), (sex,), positive, selected)


# Women: 40 deserve it and 30 of them get it at 0.9; 20 do not, and none gets it. Men: 40 and 40 of them; 20 and 10.
CELLS = [
    Cell(of("EU", "F", True, True), 9000, 30, 0),
    Cell(of("EU", "F", True, False), 9000, 0, 10),
    Cell(of("EU", "F", False, False), 9000, 20, 0),
    Cell(of("US", "M", True, True), 9000, 40, 0),
    Cell(of("US", "M", False, True), 9000, 0, 10),
    Cell(of("US", "M", False, False), 9000, 10, 0),
    Cell(of("US", "F", False, False), ABSTAINED, 0, 40),
]
TALLY = tally_cells(CELLS, ("region",), ("sex",))


def report(tally: Tally = TALLY, threshold: float = 0.9, **fields: object) -> Reported:
    facts = EvaluationFacts("evl_1", tally, **fields)  # type: ignore[arg-type]
    return reported_at(facts, point_at(tally.whole, threshold))


@pytest.mark.parametrize(
    "key, value, n",
    [
        ("accuracy", 100 / 120, 120),
        ("error_rate", 20 / 120, 120),
        ("coverage", 120 / 160, 160),
        ("accuracy/region=EU", 50 / 60, 60),
        ("coverage/region=US", 60 / 100, 100),
        ("accuracy/sex=F", 50 / 60, 60),
        ("coverage/sex=F", 60 / 100, 100),
        ("coverage/sex=M", 1.0, 60),
        ("selection_rate/sex=F", 30 / 60, 60),
        ("true_positive_rate/sex=F", 30 / 40, 40),
        ("false_positive_rate/sex=M", 10 / 20, 20),
    ],
)
def test_shares_have_their_own_n(key: str, value: float, n: int) -> None:
    found = report().metrics[key]
    assert found.value == pytest.approx(value)
    assert found.n == n


@pytest.mark.parametrize(
    "key, value",
    [
        ("demographic_parity_difference", 50 / 60 - 30 / 60),
        ("demographic_parity_ratio", 30 / 50),
        ("error_parity_difference", 0.0),
        ("coverage_parity_difference", 1.0 - 60 / 100),
        ("coverage_parity_ratio", 0.6),
    ],
)
def test_gaps_between_groups(key: str, value: float) -> None:
    assert report().metrics[key].value == pytest.approx(value)


def test_a_difference_has_its_interval() -> None:
    found = report().metrics["coverage_parity_difference"]
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 0.4 < found.high < 1


def test_equalized_odds_need_both_rates_in_both_groups() -> None:
    """Twenty women and twenty men do not deserve it, fewer than the thirty that a group needs."""
    assert "equalized_odds_difference" not in report().metrics
    facts = EvaluationFacts("evl_1", TALLY)
    found = reported_at(facts, point_at(TALLY.whole, 0.9), smallest_group=20).metrics["equalized_odds_difference"]
    assert found.value == pytest.approx(0.5)


def test_nothing_accepted_reports_no_accuracy() -> None:
    found = report(threshold=0.95).metrics
    assert found["coverage"].value == 0.0
    assert "accuracy" not in found and "accuracy/region=EU" not in found


def test_classes_and_what_it_states_itself() -> None:
    confusion = Confusion((("a", "a", 3), ("a", "b", 1), ("b", "b", 6)))
    found = report(confusion=confusion, metrics={"rmse": MetricPoint(1.5, n=5)}).metrics
    assert (found["recall/a"].value, found["recall/a"].n) == (0.75, 4)
    assert (found["precision/b"].value, found["precision/b"].n) == (6 / 7, 7)
    assert found["balanced_accuracy"].value == 0.875
    assert found["rmse"].value == 1.5


def test_one_group_alone_is_no_comparison() -> None:
    found = report(tally_cells(CELLS[:3], ("region",), ("sex",))).metrics
    assert not [key for key in found if key.endswith(("_difference", "_ratio"))]
