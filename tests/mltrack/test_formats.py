"""Numbers and times in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mltrack.formats import NOTHING, compact, delta, duration, number, percent, points, relative

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FORMATS: list[Callable[[float | None], str]] = [percent, points, delta, number, compact, duration]


def plain(text: str) -> str:
    """Return the text with ordinary spaces and minus signs, so that the tables below can be typed."""
    return text.replace("\u202f", " ").replace("−", "-")


@pytest.mark.parametrize("shown", FORMATS)
def test_what_is_not_known_is_a_dash(shown: Callable[[float | None], str]) -> None:
    assert shown(None) == NOTHING


@pytest.mark.parametrize("shown", FORMATS)
def test_specials_are_shown_as_such(shown: Callable[[float | None], str]) -> None:
    assert [plain(shown(value)) for value in (math.nan, math.inf, -math.inf)] == ["NaN", "∞", "-∞"]


@pytest.mark.parametrize(
    "ratio, digits, text",
    [
        (0.912, 1, "91.2 %"),
        (0.91249, 1, "91.2 %"),
        (1.0, 0, "100 %"),
        (0.0, 1, "0.0 %"),
        (-0.00001, 1, "0.0 %"),
        (-0.25, 1, "-25.0 %"),
        (12.5, 1, "1 250.0 %"),
        (0.123456, 3, "12.346 %"),
    ],
)
def test_percent(ratio: float, digits: int, text: str) -> None:
    assert plain(percent(ratio, digits)) == text


@pytest.mark.parametrize(
    "difference, text",
    [
        (0.014, "+1.4 points"),
        (-0.021, "-2.1 points"),
        (0.0, "±0.0 points"),
        (-0.0001, "±0.0 points"),
        (0.0001, "±0.0 points"),
        (1.5, "+150.0 points"),
    ],
)
def test_points(difference: float, text: str) -> None:
    assert plain(points(difference)) == text


@pytest.mark.parametrize("difference, text", [(1234.56, "+1 234.6"), (-3.0, "-3.0"), (0.0, "±0.0"), (0.04, "±0.0")])
def test_delta(difference: float, text: str) -> None:
    assert plain(delta(difference)) == text


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (-0.0, "0"),
        (7, "7"),
        (18240, "18 240"),
        (-18240.0, "-18 240"),
        (0.91234, "0.9123"),
        (-0.5, "-0.5"),
        (1234.56, "1 234.6"),
        (0.00001234, "1.234e-05"),
        (1e20, "1e+20"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert plain(number(value)) == text


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (999, "999"),
        (999.4, "999"),
        (999.6, "1 k"),
        (1000, "1 k"),
        (1234, "1.23 k"),
        (412_345, "412 k"),
        (999_499, "999 k"),
        (999_999, "1 M"),
        (-2_500_000, "-2.5 M"),
        (7.25e9, "7.25 bn"),
        (3e13, "30 000 bn"),
        (0.12345, "0.123"),
    ],
)
def test_compact(value: float, text: str) -> None:
    assert plain(compact(value)) == text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 ms"),
        (0.0314, "31 ms"),
        (0.9996, "1.0 s"),
        (1.25, "1.2 s"),
        (9.97, "10 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (3725, "1 h 2 min"),
        (86_400 * 3 + 3600 * 5 + 59, "3 d 5 h"),
        (-90, "-1 min 30 s"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert plain(duration(seconds)) == text


@pytest.mark.parametrize(
    "ago, text",
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=-44), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=2, hours=23), "2 d ago"),
        (timedelta(days=30), "30 d ago"),
        (timedelta(days=31), "2026-10-23"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(days=-2), "in 2 d"),
        (timedelta(days=-60), "2027-01-22"),
    ],
)
def test_relative(ago: timedelta, text: str) -> None:
    assert relative(NOW - ago, NOW) == text


def test_relative_compares_moments_not_clocks() -> None:
    elsewhere = (NOW - timedelta(hours=2)).astimezone(timezone(timedelta(hours=9)))
    assert relative(elsewhere, NOW) == "2 h ago"
    assert relative(None, NOW) == NOTHING
