"""Waits between pulls."""

from __future__ import annotations

import pytest

from projects.services.backoff import after_failure, after_success, breaker_open, must_pause


@pytest.mark.parametrize(
    ("failures", "retry_after", "chance", "wait"),
    [
        (1, None, 0.0, 5.0),
        (1, None, 0.5, 10.0),
        (1, None, 1.0, 15.0),
        (4, None, 0.5, 80.0),
        (50, None, 0.5, 3600.0),
        (1, 120.0, 1.0, 120.0),
        (9, 1.0, 0.5, 2560.0),
    ],
)
def test_after_failure(failures: int, retry_after: float | None, chance: float, wait: float) -> None:
    assert after_failure(failures, retry_after, chance) == wait


def test_after_success() -> None:
    assert [round(after_success(60, chance), 6) for chance in (0.0, 0.5, 1.0)] == [54.0, 60.0, 66.0]


def test_the_breaker_opens_at_five() -> None:
    assert [breaker_open(failures) for failures in (1, 4, 5, 6, 99)] == [0.0, 0.0, 60.0, 120.0, 900.0]


def test_only_what_must_be_mended_pauses() -> None:
    assert [must_pause(2, True), must_pause(3, True), must_pause(30, False)] == [False, True, False]
