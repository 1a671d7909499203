"""Histories of mirrored tasks, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from projects.progress.mirrored import History, Seen, observed_history, told_history

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SEEN = Seen("doing", NOON, NOON + DAY)


def days(history: History) -> list[tuple[str, float]]:
    """Return each status and after how many days it was reached."""
    return [(to, (at - NOON) / DAY) for _, to, at in history.chain]


def test_nothing_told_has_no_sure_beginning() -> None:
    assert days(told_history(SEEN)) == [("todo", 0), ("doing", 1)]
    assert told_history(SEEN).started_at is None
    assert told_history(replace(SEEN, started_at=NOON)).started_at == NOON
    done = told_history(replace(SEEN, status="done", ended_at=NOON + DAY / 2))
    assert (days(done)[-1], done.done_at) == (("done", 0.5), NOON + DAY / 2)


def test_told_changes_are_followed_to_the_present_status() -> None:
    told = [(NOON + DAY, "doing"), (NOON + 2 * DAY, "doing"), (NOON + 3 * DAY, "done"), (NOON + 4 * DAY, "doing")]
    history = told_history(replace(SEEN, status="cancelled", told=told, updated_at=NOON + 5 * DAY))
    assert days(history) == [("todo", 0), ("doing", 1), ("done", 3), ("doing", 4), ("cancelled", 5)]
    assert (history.started_at, history.done_at, history.cancelled_at) == (NOON + DAY, None, NOON + 5 * DAY)


def test_dirty_histories_are_kept_as_they_are_told() -> None:
    history = told_history(replace(SEEN, status="done", told=[(NOON - DAY, "done")]))
    assert (days(history), history.done_at) == ([("todo", 0), ("done", -1)], NOON - DAY)


def test_what_is_observed_is_added_once() -> None:
    first = told_history(SEEN)
    assert observed_history(SEEN, first, is_same_word=True) == first
    done = replace(SEEN, status="done", updated_at=NOON + 3 * DAY)
    second = observed_history(done, first, is_same_word=False)
    assert (days(second), second.done_at) == ([("todo", 0), ("doing", 1), ("done", 3)], NOON + 3 * DAY)
    assert observed_history(replace(done, updated_at=NOON + 9 * DAY), second, is_same_word=True) == second


def test_another_mapping_puts_the_last_step_right() -> None:
    first = told_history(SEEN)
    mapped = observed_history(replace(SEEN, status="done", updated_at=NOON + 9 * DAY), first, is_same_word=True)
    assert (days(mapped), mapped.done_at) == ([("todo", 0), ("done", 1)], None)
    back = observed_history(replace(SEEN, status="todo"), first, is_same_word=True)
    assert days(back) == [("todo", 0)]
