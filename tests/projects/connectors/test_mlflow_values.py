"""MLflow's numbers, times and texts."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from projects.connectors.mlflow.values import moment, number, whole
from projects.connectors.texts import storable

LARGEST = sys.float_info.max


@pytest.mark.parametrize(
    "raw, value, special",
    [
        (0.91, 0.91, None),
        (1, 1.0, None),
        ("0.5", 0.5, None),
        (-0.0, 0.0, None),
        (5e-324, 5e-324, None),
        ("NaN", None, "nan"),
        (math.nan, None, "nan"),
        ("Infinity", None, "inf"),
        (math.inf, None, "inf"),
        ("-Infinity", None, "-inf"),
        (-math.inf, None, "-inf"),
        (LARGEST, None, "inf"),
        (-LARGEST, None, "-inf"),
        (1.7976931348623157e308, None, "inf"),
        (1.7976931348623155e308, 1.7976931348623155e308, None),
    ],
)
def test_numbers(raw: Any, value: float | None, special: str | None) -> None:
    assert number(raw) == (value, special)


@pytest.mark.parametrize("raw", [None, True, "high", "", [], {}])
def test_what_is_no_number_is_refused(raw: Any) -> None:
    with pytest.raises(ValueError):
        number(raw)


@pytest.mark.parametrize("raw, expected", [(7, 7), ("-7", -7), (2**63 - 1, 2**63 - 1)])
def test_whole_numbers(raw: Any, expected: int) -> None:
    assert whole(raw) == expected


@pytest.mark.parametrize("raw", [None, True, 1.5, "1.5", 2**63, -(2**63) - 1, "9" * 5000])
def test_what_is_no_64_bit_number_is_refused(raw: Any) -> None:
    with pytest.raises(ValueError):
        whole(raw)


def test_times_are_aware_and_keep_milliseconds() -> None:
    assert moment(1_750_000_000_123) == datetime(2025, 6, 15, 15, 6, 40, 123000, tzinfo=UTC)
    assert moment(None) is None
    assert moment(0) is None


@pytest.mark.parametrize("raw", [-1, 10**18, -(10**15), "x"])
def test_absurd_times_are_refused(raw: Any) -> None:
    with pytest.raises(ValueError):
        moment(raw)


@pytest.mark.parametrize(
    "text, kept",
    [
        ("plain", "plain"),
        ("größe 🚀", "größe 🚀"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\udfff", "\ufffd"),
        ("ü\x00\ud83d", "ü\ufffd\ufffd"),
    ],
)
def test_texts_become_storable(text: str, kept: str) -> None:
    assert storable(text) == kept
    storable(text).encode()
