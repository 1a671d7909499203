"""Slices and groups at one threshold, beside what targets ask of them. Counts by hand, see `evaluation_world`."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.evaluations.parts import group_parts, names_part, slice_parts
from kpis.scoring.evaluations.segments import hidden_groups
from kpis.scoring.targets import Target
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells

TALLY = tally_cells(
    [
        Cell(Stratum(("EU",), ("F",)), 9500, 492, 8),
        Cell(Stratum(("EU",), ("M",)), 5000, 160, 40),
        Cell(Stratum(("US",), ("F",)), 9500, 138, 12),
        Cell(Stratum(("AQ",), ("",)), 9500, 5, 5),
        Cell(Stratum(("",), ("M",)), 9500, 100, 0),
    ],
    ("region",),
    ("sex",),
)


def floor(value: float, part: str, **fields: Any) -> Target:
    return Target("tgt", fields.pop("metric", "accuracy"), ">=", value, slice=part, **fields)


def test_the_least_accurate_comes_first_and_the_too_small_last() -> None:
    found = slice_parts(TALLY, 0.9)
    assert [each.name for each in found] == ["region=US", "region=EU", "region=AQ"]
    assert [each.too_small for each in found] == [False, False, True]
    us, eu, _ = found
    assert (us.accuracy.part, us.accuracy.n, us.coverage.part, us.coverage.n) == (138, 150, 150, 150)
    assert eu.accuracy.rate == pytest.approx(492 / 500)
    assert eu.coverage.rate == pytest.approx(500 / 700)
    assert us.decision is None


def test_a_floor_is_judged_where_it_names_the_slice() -> None:
    found = {each.name: each for each in slice_parts(TALLY, 0.9, [floor(0.97, "region=*"), floor(0.5, "region=EU")])}
    # 138 of 150: the exact upper bound is 0.9535 (one-sided Clopper-Pearson), below 0.97.
    assert found["region=US"].decision is not None and found["region=US"].decision.accuracy == "missed"
    assert found["region=EU"].accuracy_floor == floor(0.97, "region=*")


def test_a_coverage_floor_is_judged_with_it() -> None:
    floors = [floor(0.9, "region=EU"), floor(0.9, "region=EU", metric="coverage")]
    (eu,) = [each for each in slice_parts(TALLY, 0.9, floors) if each.name == "region=EU"]
    assert eu.decision is not None
    assert (eu.decision.accuracy, eu.decision.coverage, eu.decision.together) == ("met", "missed", "missed")


def test_minimum_n_says_what_is_too_small() -> None:
    found = {each.name: each for each in slice_parts(TALLY, 0.9, [floor(0.5, "*", minimum_n=200)])}
    assert (found["region=US"].too_small, found["region=EU"].too_small) == (True, False)


def test_groups_stand_alone_not_crossed() -> None:
    found = {each.name: each for each in group_parts(TALLY, 0.9)}
    assert set(found) == {"sex=F", "sex=M"}
    assert (found["sex=F"].accuracy.part, found["sex=F"].accuracy.n) == (630, 650)
    assert (found["sex=M"].accuracy.part, found["sex=M"].accuracy.n, found["sex=M"].coverage.n) == (100, 100, 300)


def test_groups_of_few_people_are_not_shown_nor_the_one_that_gives_them_away() -> None:
    sizes = (("a", 3), ("b", 40), ("c", 60))
    tally = tally_cells([Cell(Stratum((), (name,)), 9000, n, 0) for name, n in sizes], (), ("team",))
    assert [each.name for each in group_parts(tally, 0.5)] == ["team=c"]
    assert hidden_groups(tally) == {"team=a", "team=b"}


@pytest.mark.parametrize(
    ("asked", "is_named"),
    [("region=EU", True), ("region=*", True), ("*", True), ("region=US", False), ("age=*", False), ("", False)],
)
def test_which_slice_a_target_names(asked: str, is_named: bool) -> None:
    assert names_part(floor(0.9, asked), "region=EU") is is_named
