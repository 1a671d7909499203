"""Statuses and waiting times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mltrack.outbound.errors import from_status, retry_after_seconds, wait_seconds

NOW = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "header, seconds",
    [
        ("120", 120.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("Mon, 23 Nov 2026 08:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 09:01:30 +0100", 90.0),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


RESET = str(int(NOW.timestamp()) + 90)


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}, 90.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, "retry-after": "7"}, 7.0),
        ({"x-ratelimit-remaining": "14", "x-ratelimit-reset": RESET}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-23T08:01:30Z"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 12}, 86_400.0),
        ({"x-ratelimit-remaining": "0"}, None),
        ({}, None),
    ],
)
def test_a_limit_that_is_used_up_says_when_it_begins_anew(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_seconds(headers, NOW) == seconds


@pytest.mark.parametrize(
    "status, code, permanent",
    [
        (302, "redirect", True),
        (400, "bad_request", True),
        (401, "unauthorized", True),
        (403, "forbidden", True),
        (404, "not_found", True),
        (408, "timeout", False),
        (418, "http_418", True),
        (425, "http_425", False),
        (429, "rate_limited", False),
        (500, "server_error", False),
        (503, "server_error", False),
    ],
)
def test_each_status_has_a_code_and_says_whether_trying_again_helps(status: int, code: str, permanent: bool) -> None:
    error = from_status(status, None, "")
    assert (error.code, error.permanent, error.status) == (code, permanent, status)
    assert str(status) in error.text or status == 408


def test_a_limit_says_how_long_to_wait() -> None:
    error = from_status(429, 90.0, "")
    assert error.retry_after == 90.0
    assert "90 seconds" in error.text
