"""Where an evaluation is judged, and how that point came about. Counts and bounds worked out by hand or named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kpis.scoring.evaluations.operating import at_threshold, operate
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.proportions import lower_bound
from kpis.scoring.targets import Target
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells

KNOWN = datetime(2026, 3, 1, tzinfo=UTC)
ALL = Stratum()


def facts(*counts: tuple[int, int, int], **fields: Any) -> EvaluationFacts:
    """Return an evaluation of (level, right, wrong)."""
    cells = [Cell(ALL, level, right, wrong) for level, right, wrong in counts]
    return EvaluationFacts("evl_1", tally_cells(cells), **{"recorded_at": KNOWN, **fields})


def accuracy(value: float = 0.9, **fields: Any) -> Target:
    return Target("tgt_1", "accuracy", ">=", value, **fields)


def coverage(value: float) -> Target:
    return Target("tgt_2", "coverage", ">=", value)


# 600 sure cases with 12 errors, 400 unsure ones with 80: 98 % at 60 % coverage, 90.8 % of all.
GOOD = ((9500, 588, 12), (5000, 320, 80))


def test_a_threshold_named_before_the_data_is_judged_by_exact_bounds() -> None:
    found = operate(facts(*GOOD), [accuracy(threshold=0.9, declared_at=KNOWN - timedelta(days=1)), coverage(0.55)])
    assert (found.method, found.point.accepted, found.point.wrong) == ("declared", 600, 12)
    assert found.decision is not None
    assert (found.decision.accuracy, found.decision.coverage, found.decision.n_more) == ("met", "met", 0)


def test_a_threshold_named_after_the_data_needs_the_guarantee() -> None:
    late = accuracy(0.97, threshold=0.9, declared_at=KNOWN + timedelta(days=1))
    found = operate(facts(*GOOD), [late])
    assert found.method == "late"
    # The exact lower bound of 588 of 600 is 0.9678 (Clopper-Pearson, one-sided 95 %): below 0.97.
    assert lower_bound(588, 600) < 0.97
    assert found.decision is not None and found.decision.accuracy == "undecided"


def test_a_late_threshold_that_the_guarantee_would_choose_is_met() -> None:
    late = accuracy(0.9, threshold=0.51, declared_at=KNOWN + timedelta(days=1))
    found = operate(facts(*GOOD), [late])
    assert found.decision is not None and found.decision.accuracy == "met"
    assert found.point.accepted == 600


def test_a_chosen_threshold_is_the_loosest_that_holds() -> None:
    found = operate(facts(*GOOD), [accuracy(0.9), coverage(0.55)])
    assert (found.method, found.point.threshold, found.guaranteed_coverage) == ("fixed_sequence", 0.51, 0.6)
    assert found.decision is not None
    assert (found.decision.accuracy, found.decision.coverage, found.decision.together) == ("met", "met", "met")
    assert found.reach is not None and found.reach.reachable


def test_a_coverage_that_only_looks_reachable_is_undecided_with_a_number() -> None:
    """All 1,000 cases have 90.8 %, which looks good but is not proven; the guarantee covers 60 %."""
    found = operate(facts(*GOOD), [accuracy(0.9), coverage(0.8)])
    assert (found.method, found.point.accepted) == ("fixed_sequence", 600)
    assert found.choice is not None and found.choice.observed is not None
    assert found.choice.observed.coverage == 1.0
    assert found.decision is not None
    assert (found.decision.accuracy, found.decision.coverage) == ("met", "undecided")
    more = found.decision.n_more
    assert more is not None
    assert lower_bound(int(0.908 * (1000 + more)), 1000 + more) >= 0.9
    assert lower_bound(int(0.908 * (999 + more)), 999 + more) < 0.9


def test_more_cases_are_those_that_prove_the_coverage_too() -> None:
    """All are right, so that 29 prove 0.9; but 81 % of 300 cases do not prove a coverage of 0.8 yet."""
    found = operate(facts((9500, 243, 0), (ABSTAINED, 0, 57)), [accuracy(0.9), coverage(0.8)])
    assert found.decision is not None
    assert (found.decision.accuracy, found.decision.coverage) == ("met", "undecided")
    needed = 300 + (found.decision.n_more or 0)
    assert (
        lower_bound(int(0.81 * needed + 1e-9), needed) >= 0.8 > lower_bound(int(0.81 * (needed - 1) + 1e-9), needed - 1)
    )


def test_a_coverage_beyond_all_that_looks_good_is_missed() -> None:
    worse = ((9500, 588, 12), (5000, 200, 200))
    found = operate(facts(*worse), [accuracy(0.9), coverage(0.8)])
    assert found.decision is not None
    assert (found.decision.accuracy, found.decision.coverage, found.decision.n_more) == ("met", "missed", None)
    assert found.reach is not None
    assert found.reach.words == "jointly unreachable with this evaluation: best is 78.8 % at 100 % coverage"


def test_without_a_guarantee_the_observed_point_is_shown_and_nothing_is_met() -> None:
    few = ((9500, 19, 1), (5000, 5, 5))
    found = operate(facts(*few), [accuracy(0.9), coverage(0.5)])
    assert (found.method, found.point.accepted, found.guaranteed_coverage) == ("observed", 20, None)
    assert found.decision is not None and found.decision.accuracy == "undecided"


def test_where_nothing_even_looks_good_the_nearest_point_misses() -> None:
    found = operate(facts((9000, 300, 300), (1000, 100, 300)), [accuracy(0.9), coverage(0.5)])
    assert (found.method, found.point.accepted) == ("observed", 600)
    assert found.decision is not None and found.decision.accuracy == "missed"


def test_a_grid_of_its_own_counts_only_when_it_was_declared_before() -> None:
    fine = {"grid_step": 0.0005}
    before = operate(facts(*GOOD), [accuracy(0.9, declared_at=KNOWN, **fine)])
    after = operate(facts(*GOOD), [accuracy(0.9, declared_at=KNOWN + timedelta(seconds=1), **fine)])
    assert (before.point.threshold, after.point.threshold) == (0.5005, 0.51)


def test_without_an_accuracy_target_everything_is_accepted() -> None:
    found = operate(facts(*GOOD, (ABSTAINED, 0, 50)), [coverage(0.5)])
    assert (found.method, found.point.accepted, found.point.n) == ("all", 1000, 1050)
    assert (found.decision, found.choice, found.reach) == (None, None, None)


@pytest.mark.parametrize("threshold, accepted", [(0.95, 600), (0.96, 0), (0.5, 1000), (0.0, 1000)])
def test_a_reader_asks_for_another_threshold(threshold: float, accepted: int) -> None:
    found = at_threshold(facts(*GOOD), [accuracy(0.9), coverage(0.55)], threshold)
    assert (found.method, found.point.accepted) == ("asked", accepted)
    assert found.decision is not None
    assert (found.decision.accuracy == "met") == (accepted == 600)
    assert at_threshold(facts(*GOOD), [], threshold).method == "asked"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_accuracy_that_cases_cannot_prove_has_no_guarantee(value: float) -> None:
    found = operate(facts((9000, 50, 0)), [accuracy(value), coverage(0.5)])
    assert (found.choice, found.method) == (None, "observed")


def test_nothing_answered() -> None:
    found = operate(facts((ABSTAINED, 5, 5)), [accuracy(0.9), coverage(0.5)])
    assert (found.point.accepted, found.point.n) == (0, 10)
    assert found.decision is not None and found.decision.accuracy is None


def test_targets_on_slices_do_not_move_the_point() -> None:
    sliced = Target("tgt_3", "accuracy", ">=", 0.99, slice="region=EU")
    assert operate(facts(*GOOD), [sliced]).method == "all"
    assert isinstance(facts(*GOOD).tally.whole, Ladder)
