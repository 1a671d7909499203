"""The worst slice: an average passes, a slice does not, and small slices are not met."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.decision import decide_point
from kpis.scoring.evaluations.slices import judge_slices
from projects.progress.evaluations.ladder import Ladder, merge_ladders

GOOD = Ladder((9000, 3000), (970, 100), (30, 100))
BAD = Ladder((9000, 3000), (160, 10), (40, 10))
SMALL = Ladder((9000,), (5,), (1,))


def test_a_slice_fails_that_the_average_hides() -> None:
    whole = merge_ladders([GOOD, BAD])
    assert decide_point(point_at(whole, 0.5), 0.9).accuracy == "met"
    found = judge_slices({"region=EU": GOOD, "region=US": BAD}, 0.5, 0.9)
    assert (found.decision, found.missed, found.worst) == ("missed", ("region=US",), "region=US")
    assert found.slices["region=US"].point.accuracy == 0.8
    assert found.by_chance == pytest.approx(0.1)


def test_all_met() -> None:
    found = judge_slices({"a": GOOD, "b": GOOD}, 0.5, 0.9)
    assert (found.decision, found.missed) == ("met", ())


def test_a_small_slice_is_undecided_and_not_the_worst() -> None:
    found = judge_slices({"a": GOOD, "small": SMALL}, 0.5, 0.9, minimum_n=30)
    assert (found.decision, found.too_small, found.worst) == ("undecided", ("small",), "a")
    more = found.slices["small"].n_more
    assert more is None
    assert judge_slices({"small": SMALL}, 0.5, 0.9, minimum_n=30).worst == "small"


def test_a_small_slice_is_not_met_however_good() -> None:
    perfect = {"small": Ladder((9000,), (40,), (0,))}
    assert judge_slices(perfect, 0.5, 0.9).decision == "met"
    assert judge_slices(perfect, 0.5, 0.9, minimum_n=50).decision == "undecided"


def test_the_threshold_is_common_to_all() -> None:
    loose = judge_slices({"a": GOOD, "b": BAD}, 0.2, 0.5)
    assert loose.slices["a"].point.accepted == 1200
    assert judge_slices({"a": GOOD}, 0.5, 0.9, coverage=0.9).decision == "missed"


@pytest.mark.parametrize("ladder", [Ladder(), Ladder(abstained_right=5), Ladder((100,), (5,), (0,))])
def test_a_slice_with_nothing_accepted_is_not_met(ladder: Ladder) -> None:
    found = judge_slices({"a": GOOD, "b": ladder}, 0.5, 0.9)
    assert (found.decision, found.worst, found.too_small) == ("undecided", "a", ("b",))


def test_without_slices_there_is_no_answer() -> None:
    found = judge_slices({}, 0.5, 0.9)
    assert (found.decision, found.worst, found.by_chance) == (None, "", 0)
