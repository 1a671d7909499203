"""How a day of change parts periods; worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpis.scoring.realised.series import NotCredible, change_places, enough, part
from tests.kpis.scoring.realised.series import MONDAY, weeks

TEN = weeks(float(each) for each in range(10))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, (0, 0)), (14, (2, 2)), (15, (2, 3)), (20, (2, 3)), (21, (3, 3)), (-3, (0, 0)), (63, (9, 9)), (64, (9, 10))],
)
def test_the_period_of_the_change_is_neither_before_nor_after(day: int, expected: tuple[int, int]) -> None:
    assert change_places(TEN.starts, MONDAY + timedelta(days=day)) == expected


def test_gaps_are_left_out_and_the_others_keep_their_places() -> None:
    found = part(weeks([1.0, None, 3.0, 4.0, None, 6.0]), MONDAY + timedelta(days=16))
    assert found.places.tolist() == [0, 3, 5] and found.after.tolist() == [0, 1, 1]
    assert (found.n_before, found.n_after, found.begin) == (1, 2, 3.0)


def test_a_control_is_taken_away_where_both_have_readings() -> None:
    control = weeks([1.0, None, 1.0], MONDAY + timedelta(days=7))
    assert weeks([5.0, 6.0, 7.0, 8.0]).less(control).values == (None, 5.0, None, 7.0)


def test_a_window_is_cut_by_the_first_days() -> None:
    assert TEN.between(date(2025, 1, 13), date(2025, 1, 27)).values == (1.0, 2.0, 3.0)
    assert TEN.between(None, None) == TEN and TEN.between(date(2026, 1, 1), None).values == ()


def test_too_little_is_said_with_numbers() -> None:
    with pytest.raises(NotCredible, match=r"6 periods .* before the change and 4 after it, and there are 5 and 5"):
        enough(part(TEN, TEN.starts[5]), 6, 4)
    with pytest.raises(NotCredible, match="the same value"):
        enough(part(weeks([2.0] * 12), TEN.starts[6]), 6, 4)
    with pytest.raises(NotCredible, match="there are 0 and 0"):
        enough(part(weeks([None] * 12), TEN.starts[6]), 6, 4)
