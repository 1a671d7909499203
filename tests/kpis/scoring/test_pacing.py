"""The way to a goal. Expected numbers are worked out by hand from the formulas that the functions state."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.scoring.attainment import Goal, attainment, pace
from kpis.scoring.kpi_words import state_of
from kpis.scoring.pacing import Way, end_of_way, way_of

START, DUE = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days
HALF, EARLY, LATER = date(2026, 2, 20), date(2026, 1, 6), date(2026, 5, 1)
HIGHER = Goal("higher", 70, 90, start=START, due=DUE)
LOWER = Goal("lower", 12, 8, start=START, due=DUE)
RANGE = Goal("range", 10, low=4, high=6, start=START, due=DUE)
MAINTAIN = Goal("higher", 99.9, 99.9, start=START, due=DUE)
NO_BASELINE = Goal("higher", None, 90, start=START, due=DUE)


@pytest.mark.parametrize(
    ("goal", "value", "today", "way"),
    [
        (HIGHER, 82, HALF, Way(80, 94, True, False)),
        (HIGHER, 75, HALF, Way(80, 80, False, False)),
        (HIGHER, 65, HALF, Way(80, 60, False, False)),
        (LOWER, 9, HALF, Way(10, 6, True, False)),
        (LOWER, 11, HALF, Way(10, 10, False, False)),
        (RANGE, 8, HALF, Way(8, 6, True, False)),
        (RANGE, 5, HALF, Way(8, 0, False, False)),
        (HIGHER, None, HALF, Way(80, None, None, False)),
        (HIGHER, 71, EARLY, Way(71, None, None, False)),
        (HIGHER, 85, DUE, Way(90, None, None, True)),
        (HIGHER, 85, LATER, Way(90, None, None, True)),
        (MAINTAIN, 99.5, HALF, Way(None, None, None, False)),
        (NO_BASELINE, 85, HALF, Way(None, None, None, False)),
        (Goal("higher", 70, 90, start=START), 82, HALF, None),
        (Goal("higher", 70, start=START, due=DUE), 82, HALF, None),
    ],
)
def test_a_way_says_where_the_kpi_should_be_and_where_its_pace_ends(
    goal: Goal, value: float | None, today: date, way: Way | None
) -> None:
    assert way_of(goal, value, today) == way


# Each line: how a KPI that is higher, lower, in a range, kept, or without a value stands halfway and after the date.
@pytest.mark.parametrize(
    ("goal", "value", "share", "gap", "halfway", "afterwards"),
    [
        (HIGHER, 80, 0.5, 0.0, "on_pace", "missed"),
        (HIGHER, 86, 0.8, 0.3, "ahead", "missed"),
        (HIGHER, 72, 0.1, -0.4, "behind", "missed"),
        (HIGHER, 90, 1.0, 0.5, "met", "met"),
        (LOWER, 10, 0.5, 0.0, "on_pace", "missed"),
        (LOWER, 14, -0.5, -1.0, "behind", "missed"),
        (LOWER, 8, 1.0, 0.5, "met", "met"),
        (RANGE, 8, 0.5, 0.0, "on_pace", "missed"),
        (RANGE, 3, 0.75, 0.25, "ahead", "missed"),
        (RANGE, 5, 1.0, 0.5, "met", "met"),
        (MAINTAIN, 99.95, 1.0, 0.5, "met", "met"),
        (MAINTAIN, 99.5, 0.0, -0.5, "missed", "missed"),
        (HIGHER, None, None, None, "no_data", "no_data"),
        (NO_BASELINE, 85, None, None, "", "missed"),
    ],
)
def test_attainment_pace_and_status_by_kind(
    goal: Goal, value: float | None, share: float | None, gap: float | None, halfway: str, afterwards: str
) -> None:
    found = pace(goal, value, HALF)
    assert found is not None
    assert attainment(goal, value) == pytest.approx(share)
    assert found.expected == 0.5
    assert found.gap == pytest.approx(gap)
    assert state_of(goal, value, found, HALF) == halfway
    assert state_of(goal, value, pace(goal, value, LATER), LATER) == afterwards


@pytest.mark.parametrize(
    ("goal", "end"),
    [
        (HIGHER, 90),
        (RANGE, 6),
        (Goal("range", 1, low=4, high=6), 4),
        (Goal("range", 1, high=0.5), 0.5),
        (Goal("range", 5, low=4, high=6), None),
        (MAINTAIN, None),
        (Goal("range", 5), None),
    ],
)
def test_the_end_of_the_way(goal: Goal, end: float | None) -> None:
    assert end_of_way(goal) == end


def test_no_movement_is_expected_before_its_day() -> None:
    way = way_of(HIGHER, 71, HALF, not_before=date(2026, 3, 2))
    assert way == Way(70, None, None, False)
