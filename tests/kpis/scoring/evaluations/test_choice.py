"""Observed operating points against golden/02_selective_prediction.json, and whether two targets hold anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.choice import choose, largest_coverage, reach
from kpis.scoring.evaluations.curve import CurvePoint, curve
from projects.progress.evaluations.ladder import Ladder, ladder_of
from tests.kpis.scoring.evaluations.rows import ROWS, digits, digits_ladder, ladder
from tests.kpis.scoring.golden import golden

GOLDEN = golden("02_selective_prediction")
CASES = GOLDEN["real"]["max_coverage"]


def check(found: CurvePoint | None, case: dict[str, Any]) -> None:
    assert found is not None
    assert found.threshold == pytest.approx(case["threshold"], abs=1e-12)
    assert (found.accepted, found.wrong) == (case["n_accepted"], case["n_errors"])
    assert (found.coverage, found.accuracy) == (case["coverage"], case["accuracy"])


@pytest.mark.parametrize("accuracy,name", [(0.75, "max_cov_acc_075"), (1.0, "max_cov_acc_100")])
def test_by_hand(accuracy: float, name: str) -> None:
    case = GOLDEN["tiny"]
    points = curve(ladder_of(case["conf"], [1 - wrong for wrong in case["err"]]))
    check(largest_coverage(points, accuracy), case[name])


@pytest.mark.parametrize("accuracy", CASES)
def test_the_digits(accuracy: str) -> None:
    found = choose(digits_ladder(), float(accuracy))
    check(found.observed, CASES[accuracy]["empirical"])
    assert (found.guaranteed is None) == (CASES[accuracy]["fst_grid_delta_05"] is None)
    assert (found.sgr is None) == (CASES[accuracy]["sgr_delta_05"] is None)


def test_the_digits_with_ties() -> None:
    rows = digits()
    tied = ladder_of([round(row[0], 1) for row in rows], [row[1] for row in rows], 10)
    check(largest_coverage(curve(tied), 0.98), GOLDEN["real"]["ties_rounded"]["max_cov_098"])


def test_the_risk_is_not_monotone_and_the_largest_coverage_is_taken() -> None:
    # Accuracy by threshold: 1, 2/3, 3/4: at 0.7 all cases fit though the stricter 0.8 does not.
    points = curve(Ladder((9000, 8000, 7000), (1, 1, 1), (0, 1, 0)))
    found = largest_coverage(points, 0.7)
    assert found is not None
    assert found.accepted == 4


@pytest.mark.parametrize("least,accepted", [(0, 200), (200, 200), (201, None)])
def test_the_fewest_cases_that_may_be_accepted(least: int, accepted: int | None) -> None:
    found = choose(Ladder((9000, 1000), (200, 0), (0, 600)), 0.95, least=least)
    for point in (found.observed, found.guaranteed and found.guaranteed.point, found.sgr and found.sgr.point):
        assert (point.accepted if point else None) == accepted


@given(ROWS, st.sampled_from([0.5, 0.8, 0.95]))
def test_the_guaranteed_coverage_is_never_more_than_the_observed(
    rows: list[tuple[float, bool]], accuracy: float
) -> None:
    found = choose(ladder(rows), accuracy, 0.8)
    for guaranteed in (found.guaranteed, found.sgr):
        if guaranteed is not None:
            assert found.observed is not None
            assert guaranteed.point.accepted <= found.observed.accepted


@pytest.mark.parametrize("rows", [[], [(0.9, False)] * 5])
def test_nothing_reaches_the_accuracy(rows: list[tuple[float, bool]]) -> None:
    found = choose(ladder(rows), 0.9)
    assert (found.observed, found.guaranteed, found.sgr) == (None, None, None)


CURVE = curve(Ladder((9000, 8000, 7000), (495, 180, 256), (5, 20, 44)))


@pytest.mark.parametrize(
    "accuracy,coverage,reachable,accepted",
    [
        (0.95, 0.5, True, 500),
        (0.97, 0.7, False, 700),
        (0.9, 0.9, True, 1000),
        (0.99, 0.0, True, 500),
        (0.95, 1.0, False, 1000),
    ],
)
def test_whether_both_targets_hold_anywhere(accuracy: float, coverage: float, reachable: bool, accepted: int) -> None:
    found = reach(CURVE, accuracy, coverage)
    assert found.best is not None
    assert (found.reachable, found.best.accepted) == (reachable, accepted)


def test_the_words_name_what_comes_nearest() -> None:
    assert reach(CURVE, 0.97, 0.7).words == (
        "jointly unreachable with this evaluation: best is 96.43 % at 70 % coverage"
    )
    assert reach(CURVE, 0.9, 0.9).words == "reachable: 93.1 % at 100 % coverage"
    assert "no case was answered" in reach([], 0.9, 0.5).words


def test_of_equally_accurate_points_the_one_that_covers_more_comes_nearest() -> None:
    found = reach(curve(Ladder((9000, 8000, 7000), (10, 10, 0), (0, 0, 5))), 0.9, 0.2)
    assert found.best is not None
    assert found.best.accepted == 20


def test_a_model_that_abstains_too_often_shows_its_largest_coverage() -> None:
    found = reach(curve(Ladder((9000, 8000), (50, 10), (0, 0), abstained_right=40)), 0.9, 0.8)
    assert found.best is not None
    assert (found.reachable, found.best.coverage) == (False, 0.6)


@given(ROWS, st.sampled_from([0.5, 0.9]), st.sampled_from([0.0, 0.3, 0.8]))
def test_reach_and_choice_agree(rows: list[tuple[float, bool]], accuracy: float, coverage: float) -> None:
    points = curve(ladder(rows))
    largest = largest_coverage(points, accuracy)
    assert reach(points, accuracy, coverage).reachable == (largest is not None and (largest.coverage or 0) >= coverage)
