"""Lead time, change-fail rate and what still is a canary, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from projects.progress.releases import Arrival, FailRate, days_between, is_still_beside, lead_days

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_share_has_its_n() -> None:
    assert (FailRate(2, 8).share, FailRate(0, 0).share) == (0.25, None)


def test_the_share_has_its_interval() -> None:
    # By hand, with z² = 3.8415: (0.25 + z²/16 ± z √(0.1875/8 + z²/256)) / (1 + z²/8).
    rate = FailRate(2, 8)
    assert [rate.low, rate.high] == pytest.approx([0.0715, 0.5907], abs=5e-5)
    # Without a failure the lower end is 0 and the upper one z² / (n + z²), by hand.
    assert [FailRate(0, 8).low, FailRate(0, 8).high] == pytest.approx([0.0, 3.8414588 / 11.8414588])
    assert FailRate(8, 8).high == 1.0
    assert (FailRate(0, 0).low, FailRate(0, 0).high) == (None, None)


def test_lead_time_is_from_the_beginning_to_the_first_live_version() -> None:
    assert lead_days(NOON, NOON + 36 * DAY / 24) == 1.5
    assert lead_days(NOON, None) is None and lead_days(None, NOON) is None
    assert lead_days(NOON, NOON - DAY) is None
    assert days_between(NOON, NOON - DAY) == 0.0


def test_a_canary_is_one_until_its_version_was_live() -> None:
    canary = Arrival("2", "canary", NOON)
    cases = [
        ([], True),
        ([Arrival("1", "live", NOON + DAY)], True),
        ([Arrival("2", "live", NOON - DAY)], True),
        ([Arrival("2", "rolled_back", NOON + DAY)], False),
        ([Arrival("2", "failed", NOON + DAY)], True),
    ]
    for lived, expected in cases:
        assert is_still_beside(canary, lived) is expected, lived
