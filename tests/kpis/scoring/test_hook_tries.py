"""The pauses of webhooks: those of docs/webhooks.md, and the bounds on what a receiver may ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpis.scoring.hook_tries import PAUSES, has_failed_too_long, rest_after, wait_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_all_pauses_take_less_than_a_day() -> None:
    # 5 s + 1 min + 5 min + 30 min + 2 h + 4 h + 6 h + 10 h, by hand.
    assert sum(PAUSES) == 5 + 60 + 300 + 1800 + 3600 * (2 + 4 + 6 + 10) == 81_365


@pytest.mark.parametrize(
    ("attempts", "asked", "wait"),
    [(1, None, 5), (2, 0, 60), (2, 59, 60), (2, 61.5, 61.5), (1, 86_400, 43_200), (8, 1, 36_000), (9, 1, None)],
)
def test_a_try_waits_as_long_as_both_want(attempts: int, asked: float | None, wait: float | None) -> None:
    assert wait_after(attempts, asked) == wait


@pytest.mark.parametrize(
    ("failures", "asked", "rest"), [(1, None, 5), (3, None, 300), (4, None, 300), (99, None, 300), (1, 600, 600)]
)
def test_a_webhook_rests_five_minutes_at_most_unless_asked(failures: int, asked: float | None, rest: float) -> None:
    assert rest_after(failures, asked) == rest


def test_five_days() -> None:
    assert has_failed_too_long(NOW - timedelta(days=5), NOW)
    assert not has_failed_too_long(NOW - timedelta(days=4, hours=23), NOW)
