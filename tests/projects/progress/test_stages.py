"""The history of stages in order: openings that give way, what held at a moment, what was entered later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from projects.progress.stages import StageMove, entered_later, in_order, standing

DAY_ZERO = datetime(2026, 1, 1, tzinfo=UTC)


def on(day: float) -> datetime:
    return DAY_ZERO + timedelta(days=day)


def move(
    number: int, stage: str, day: float, kept: float | None = None, state: str = "active", **more: str
) -> StageMove:
    return StageMove(number, stage, state, on(day), on(day if kept is None else kept), **more)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([], []),
        ([move(1, "framing", 100)], ["framing"]),
        # Made on day 100; then its history is brought in: the opening says nothing any more.
        ([move(1, "framing", 100), move(2, "data", 10, 100), move(3, "framing", 0, 100)], ["framing", "data"]),
        # What is told after the opening leaves it alone.
        ([move(1, "framing", 0), move(2, "data", 10)], ["framing", "data"]),
        # An opening that says something stays.
        ([move(1, "production", 100), move(2, "data", 10, 100)], ["data", "production"]),
        ([move(1, "framing", 100, note="Begun anew"), move(2, "data", 10, 100)], ["data", "framing"]),
        ([move(1, "framing", 50, 100), move(2, "data", 10, 100)], ["data", "framing"]),
        # Of two moves at one moment the one that was kept last holds.
        ([move(2, "data", 5), move(1, "framing", 5)], ["framing", "data"]),
    ],
)
def test_moves_are_in_the_order_in_which_they_happened(moves: list[StageMove], expected: list[str]) -> None:
    assert [each.stage for each in in_order(moves)] == expected


def test_what_held_at_a_moment() -> None:
    moves = [move(1, "framing", 0), move(2, "data", 10)]
    assert standing(moves, on(-1)) is None
    assert [standing(moves, on(day)) for day in (0, 9.9, 10, 99)] == [moves[0], moves[0], moves[1], moves[1]]


def test_a_deed_is_not_entered_later() -> None:
    assert not entered_later(on(1), on(1) + timedelta(seconds=2))
    assert entered_later(on(1), on(1) + timedelta(minutes=2))
    assert not entered_later(on(2), on(1))
