"""Statuses and waiting times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mltrack.outbound.errors import from_status, retry_after_seconds

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
