"""Decisions at an operating point: of golden/03_confidence_intervals.json, and both targets together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.choice import choose
from kpis.scoring.evaluations.curve import CurvePoint, curve, point_at
from kpis.scoring.evaluations.decision import decide_chosen, decide_point
from projects.progress.evaluations.ladder import Ladder
from tests.kpis.scoring.evaluations.rows import digits_ladder
from tests.kpis.scoring.golden import golden

CASES = golden("03_confidence_intervals")["decisions"]["cases"]


def point(right: int, accepted: int, n: int | None = None) -> CurvePoint:
    return CurvePoint(0.5, accepted, accepted - right, accepted if n is None else n)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['x']}/{case['n']}")
def test_accuracy_as_recorded(case: dict[str, Any]) -> None:
    assert decide_point(point(case["x"], case["n"]), case["target"]).accuracy == case["decision"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['x']}/{case['n']}")
def test_coverage_is_judged_by_its_bound_too(case: dict[str, Any]) -> None:
    found = decide_point(CurvePoint(0.5, case["x"], 0, case["n"]), 0.01, case["target"])
    assert found.coverage == case["decision"]


@pytest.mark.parametrize(
    "right,accepted,n,together",
    [
        (930, 1000, 1200, "met"),
        (930, 1000, 2000, "missed"),
        (930, 1000, 1240, "undecided"),
        (880, 1000, 1200, "missed"),
        (95, 100, 120, "undecided"),
        (0, 0, 100, "missed"),
    ],
)
def test_both_together(right: int, accepted: int, n: int, together: str) -> None:
    assert decide_point(point(right, accepted, n), 0.9, 0.8).together == together


def test_nothing_accepted_is_no_answer() -> None:
    found = decide_point(point(0, 0, 100), 0.9)
    assert (found.accuracy, found.together, found.n_more) == (None, None, None)
    empty = decide_point(point(0, 0, 0), 0.9, 0.5)
    assert (empty.accuracy, empty.coverage, empty.together) == (None, None, None)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n), st.integers(n, 2 * n))))
def test_n_more_settles_at_the_same_rates(counts: tuple[int, int, int]) -> None:
    right, accepted, n = counts
    found = decide_point(point(right, accepted, n), 0.8)
    if found.accuracy != "undecided":
        assert found.n_more == (0 if found.accuracy == "met" else None)
        return
    assert (found.n_more is None) == (right / accepted <= 0.8)
    if found.n_more is not None:
        assert found.n_more > 0
        factor = -(-(n + found.n_more) // n)
        assert decide_point(point(right * factor, accepted * factor, n * factor), 0.8).accuracy == "met"


def test_coverage_asks_for_cases_of_its_own() -> None:
    found = decide_point(point(99, 100, 120), 0.9, 0.8)
    assert (found.accuracy, found.coverage) == ("met", "undecided")
    assert found.n_more is not None
    assert found.n_more > 200
    assert decide_point(point(99, 100, 130), 0.9, 0.8).n_more is None


def test_a_minimum_of_accepted_cases() -> None:
    found = decide_point(point(100, 100, 200), 0.9, least=150)
    assert (found.accuracy, found.n_more) == ("undecided", 100)
    assert decide_point(point(0, 100), 0.9, least=150).accuracy == "missed"


def test_a_threshold_chosen_on_the_data_is_met_by_the_guarantee_alone() -> None:
    ladder = digits_ladder()
    found = choose(ladder, 0.95)
    assert found.guaranteed is not None
    assert found.observed is not None
    met = decide_chosen(found.guaranteed.point, found.guaranteed, 0.95, 0.8)
    assert (met.accuracy, met.coverage, met.together, met.n_more) == ("met", "met", "met", 0)
    naive = decide_chosen(found.observed, found.guaranteed, 0.95, 0.8)
    assert naive.accuracy == "undecided"
    stricter = point_at(ladder, 0.4)
    assert decide_point(stricter, 0.95).accuracy == "met"
    chosen = decide_chosen(stricter, found.guaranteed, 0.95)
    assert chosen.accuracy == "undecided"
    assert chosen.n_more is not None
    assert 0 < chosen.n_more <= 1000


def test_a_guarantee_leaves_coverage_open() -> None:
    found = choose(digits_ladder(), 0.95).guaranteed
    assert found is not None
    open_coverage = decide_chosen(found.point, found, 0.95, 0.82)
    assert (open_coverage.accuracy, open_coverage.coverage, open_coverage.together) == ("met", "undecided", "undecided")
    assert open_coverage.n_more is not None
    assert open_coverage.n_more > 0
    assert decide_chosen(found.point, found, 0.95, 0.9).together == "missed"


def test_what_is_chosen_without_a_guarantee_is_not_met_where_coverage_is_missed() -> None:
    found = decide_chosen(point(100, 100, 1000), None, 0.9, 0.5)
    assert (found.accuracy, found.coverage, found.together, found.n_more) == ("undecided", "missed", "missed", None)


def test_without_a_guarantee_nothing_chosen_is_met() -> None:
    loose = curve(Ladder((9000,), (58,), (0,)))[0]
    assert decide_chosen(loose, None, 0.95).accuracy == "undecided"
    bad = curve(Ladder((9000,), (100,), (100,)))[0]
    assert decide_chosen(bad, None, 0.95).accuracy == "missed"
    assert decide_chosen(point(0, 0, 10), None, 0.95).together is None
