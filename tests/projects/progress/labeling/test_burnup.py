"""The burn-up, by hand: scope changes stay visible, and labels that were taken back count once."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projects.progress.labeling.burnup import (
    Burnup,
    Day,
    Snapshot,
    burnup,
    by_weekday,
    days_of,
    latest,
    per_week,
    weekly,
)

MONDAY = date(2026, 11, 23)


def day(place: int) -> date:
    return MONDAY + timedelta(days=place)


SNAPSHOTS = st.lists(
    st.builds(Snapshot, st.integers(0, 40).map(day), st.integers(0, 500), st.integers(0, 500)),
    max_size=20,
    unique_by=lambda each: each.day,
)


def test_days_between_snapshots() -> None:
    found = burnup([Snapshot(day(0), 100, 10), Snapshot(day(1), 100, 25), Snapshot(day(3), 150, 40)])
    assert found.days == (Day(day(1), 15), Day(day(2), 0), Day(day(3), 15, 50))
    assert found.scope_changes == (Day(day(3), 15, 50),)
    assert found.taken_back == 0


def test_the_last_snapshot_of_a_day_counts() -> None:
    found = burnup([Snapshot(day(0), 100, 0), Snapshot(day(1), 100, 5), Snapshot(day(1), 100, 9)])
    assert found.points[-1] == Snapshot(day(1), 100, 9)
    assert found.days == (Day(day(1), 9),)


def test_what_was_taken_back_is_no_output_when_it_comes_again() -> None:
    labeled = [50, 60, 40, 55, 70]
    found = burnup([Snapshot(day(place), 100, n) for place, n in enumerate(labeled)])
    assert [each.output for each in found.days] == [10, 0, 0, 10]
    assert burnup(found.points[:3]).taken_back == 20


@given(SNAPSHOTS, st.randoms(use_true_random=False))
def test_output_and_scope_add_up(snapshots: list[Snapshot], chance: random.Random) -> None:
    found, mixed = burnup(snapshots), snapshots.copy()
    chance.shuffle(mixed)
    assert burnup(mixed) == found
    if not snapshots:
        assert found == Burnup()
        return
    first, last = found.points[0], found.points[-1]
    assert len(found.days) == (last.day - first.day).days
    assert all(each.output >= 0 for each in found.days)
    assert first.labeled + sum(each.output for each in found.days) == last.labeled + found.taken_back
    assert first.total + sum(each.added for each in found.days) == last.total


def test_rates() -> None:
    days = days_of({day(0): 70, day(4): 35, day(7): 30}, day(0), day(13))
    assert len(days) == 14
    assert per_week(days) == 67.5
    assert by_weekday(days) == (50, 0, 0, 0, 17.5, 0, 0)
    assert by_weekday(days[:5])[5:] == (None, None)
    assert (per_week(()), by_weekday(())) == (None, (None,) * 7)


def test_full_weeks_end_on_the_last_day() -> None:
    days = days_of({day(0): 9, day(2): 5, day(8): 7, day(9): 1, day(15): 2}, day(0), day(15))
    assert weekly(days) == (12, 3)
    assert weekly(days[:6]) == ()
    assert weekly(days[2:9]) == (12,)


def test_the_newest_weeks() -> None:
    days = days_of({}, day(0), day(99))
    assert latest(days) == days[-84:]
    assert latest(days[:10]) == days[:10]
    assert latest(days, 1) == days[-7:]
    assert latest(days, 0) == ()
