"""Guaranteed thresholds against golden/02_selective_prediction.json, and what makes a walk begin and end."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.guarantee import Guaranteed, declared_grid, fixed_sequence, guaranteed_share, sgr
from kpis.scoring.proportions import upper_bound
from projects.progress.evaluations.coverages import coverages_of
from projects.progress.evaluations.ladder import Ladder, ladder_of
from tests.kpis.scoring.evaluations.rows import ROWS, digits_ladder, ladder
from tests.kpis.scoring.golden import golden

CASES = golden("02_selective_prediction")["real"]["max_coverage"]


def check(found: Guaranteed | None, case: dict[str, Any] | None) -> None:
    if case is None:
        assert found is None
        return
    assert found is not None
    assert found.point.threshold == pytest.approx(case["threshold"], abs=1e-12)
    assert (found.point.accepted, found.point.wrong) == (case["n_accepted"], case["n_errors"])
    assert found.coverage == case["coverage"]
    assert found.error_bound == pytest.approx(case["bound"], abs=1e-12)


@pytest.mark.parametrize("accuracy", CASES)
@pytest.mark.parametrize("start", [0.1, 0.2, 0.3])
def test_the_fixed_sequence_as_recorded(accuracy: str, start: float) -> None:
    case = CASES[accuracy]["fst_grid_delta_05"]
    found = fixed_sequence(digits_ladder(), float(accuracy), start=start)
    check(found, case)
    if found is not None:
        assert found.p == pytest.approx(case["p"], rel=1e-9)


@pytest.mark.parametrize("accuracy", CASES)
def test_sgr_as_recorded(accuracy: str) -> None:
    check(sgr(digits_ladder(), float(accuracy)), CASES[accuracy]["sgr_delta_05"])


def test_a_grid_goes_from_1_to_0() -> None:
    grid = declared_grid()
    assert (len(grid), grid[0], grid[71], grid[-1]) == (101, 1.0, 0.29, 0.0)
    assert declared_grid(0.25) == (1.0, 0.75, 0.5, 0.25, 0.0)
    assert len(declared_grid(0.0001)) == 10_001


@pytest.mark.parametrize("step", [0.0, -0.1, 0.03, 3.0, 5e-324, 1e-8, math.nan])
def test_a_step_divides_the_range(step: float) -> None:
    with pytest.raises(ValueError, match="divides"):
        declared_grid(step)


@pytest.mark.parametrize("grid", [[0.1, 0.2], [0.5, 0.5]])
def test_a_grid_falls(grid: list[float]) -> None:
    with pytest.raises(ValueError, match="strictest"):
        fixed_sequence(ladder_of([0.5], [1]), 0.9, grid=grid)


@pytest.mark.parametrize("accuracy,needed", [(0.9, 29), (0.95, 59), (0.99, 299)])
def test_errorless_cases_that_are_needed(accuracy: float, needed: int) -> None:
    # 59 for 95 % and 299 for 99 %: the closed form of golden/03_confidence_intervals.json.
    assert fixed_sequence(ladder_of([0.9] * needed, [1] * needed), accuracy) is not None
    assert fixed_sequence(ladder_of([0.9] * (needed - 1), [1] * (needed - 1)), accuracy) is None
    assert fixed_sequence(ladder_of([0.9] * needed, [1] * (needed - 1) + [0]), accuracy) is None


def test_the_walk_stops_at_the_first_failure() -> None:
    # 0.8 fails, so that 0.5 is never asked, though it would pass.
    broken = Ladder((9000, 8000, 5000), (100, 20, 900), (0, 10, 0))
    found = fixed_sequence(broken, 0.95, start=0.0)
    assert found is not None
    assert found.point.accepted == 100
    loose = fixed_sequence(broken, 0.95, grid=[0.5])
    assert loose is not None
    assert loose.point.accepted == 1030


def test_where_the_walk_begins() -> None:
    # An error among the surest would end a walk that began there.
    early = Ladder((10_000, 9000, 8000), (59, 300, 300), (2, 1, 1))
    assert fixed_sequence(early, 0.95, start=0.05) is None
    assert fixed_sequence(early, 0.95, start=0.2) is not None
    assert fixed_sequence(early, 0.95, start=0.05, least=300) is not None


def test_abstentions_count_in_coverage() -> None:
    found = fixed_sequence(Ladder((9000,), (100,), (0,), abstained_right=100), 0.95)
    assert found is not None
    assert found.coverage == 0.5


@pytest.mark.parametrize("empty", [Ladder(), ladder_of([math.nan], [1]), ladder_of([0.9] * 500, [0] * 500)])
def test_nothing_is_guaranteed_without_right_answers(empty: Ladder) -> None:
    assert fixed_sequence(empty, 0.9) is None
    assert sgr(empty, 0.9) is None


@pytest.mark.parametrize("accuracy", [0.0, 1.0, 1.2])
def test_certainty_cannot_be_guaranteed(accuracy: float) -> None:
    for method in (fixed_sequence, sgr):
        with pytest.raises(ValueError, match="between 0 and 1"):
            method(Ladder(), accuracy)


@given(ROWS, st.sampled_from([0.3, 0.5, 0.8]), st.sampled_from([0.8, 0.95]))
def test_what_is_guaranteed_passes_its_own_bound(
    rows: list[tuple[float, bool]], accuracy: float, confidence: float
) -> None:
    for method in (fixed_sequence, sgr):
        found = method(ladder(rows), accuracy, confidence)
        if found is not None:
            assert upper_bound(found.point.wrong, found.point.accepted, confidence) <= 1 - accuracy + 1e-9
            assert found.error_bound <= 1 - accuracy + 1e-9
            assert (found.point.accuracy or 0) >= accuracy


@given(ROWS)
def test_more_confidence_never_guarantees_more(rows: list[tuple[float, bool]]) -> None:
    covered = []
    for confidence in (0.7, 0.9, 0.99):
        found = fixed_sequence(ladder(rows), 0.5, confidence, start=0.0, least=8)
        covered.append(found.coverage if found else 0)
    assert covered == sorted(covered, reverse=True)


@given(ROWS, st.sampled_from([0.5, 0.7, 0.9]), st.sampled_from([0.8, 0.95]), st.integers(0, 20))
def test_a_walk_over_percents_is_the_walk_over_their_thresholds(
    rows: list[tuple[float, bool]], accuracy: float, confidence: float, least: int
) -> None:
    whole = ladder(rows)
    found = coverages_of(whole)
    accepted = {sum(whole.right[:end]) + sum(whole.wrong[:end]): end - 1 for end in range(1, len(whole.levels) + 1)}
    grid = [whole.levels[accepted[each]] / whole.scale for each in dict.fromkeys(found.decided)]
    walked = fixed_sequence(whole, accuracy, confidence, grid, least=least)
    assert guaranteed_share(found, whole.n, accuracy, confidence, least) == (walked.coverage if walked else 0.0)
