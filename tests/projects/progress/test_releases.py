"""Lead time, change-fail rate and what still is a canary, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from projects.progress.releases import Arrival, FailRate, days_between, is_still_beside, lead_days

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_share_has_its_n() -> None:
    assert (FailRate(2, 8).share, FailRate(0, 0).share) == (0.25, None)


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
