"""Moments, keys, maps and metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.serializers import ValidationError

from mltrack.rest.fields import JSONMapField, KeyField, MetricsField, UTCDateTimeField


def codes(field: Any, value: Any) -> Any:
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)
    return caught.value.get_codes()


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-29T12:00:00Z", 12),
        ("2026-03-29T12:00:00+02:00", 10),
        ("2026-03-29 12:00:00.123456-05:30", 17),
        # 02:30 on this day does not exist in Berlin; with its offset it is a moment all the same.
        ("2026-03-29T02:30:00+01:00", 1),
    ],
)
def test_moments_with_a_zone_become_utc(text: str, hour: int) -> None:
    moment = UTCDateTimeField().run_validation(text)
    assert moment.tzinfo is UTC and moment.hour == hour
    assert UTCDateTimeField().run_validation(UTCDateTimeField().to_representation(moment)) == moment


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-03-29T02:30:00", "naive"),
        ("2026-03-29", "naive"),
        ("yesterday", "not_a_moment"),
        ("2026-13-01T00:00:00Z", "not_a_moment"),
        ("2026-01-01T00:00:00Z" + " " * 100, "not_a_moment"),
        (1_700_000_000, "not_a_moment"),
        (True, "not_a_moment"),
        (["2026-01-01T00:00:00Z"], "not_a_moment"),
        ("1969-12-31T23:59:59Z", "out_of_range"),
        ("2200-01-01T00:00:00Z", "out_of_range"),
        ("0001-01-01T00:00:00+14:00", "out_of_range"),
        ("9999-12-31T23:59:59-14:00", "out_of_range"),
    ],
)
def test_other_moments_are_refused(value: Any, code: str) -> None:
    assert codes(UTCDateTimeField(), value) == [code]


@pytest.mark.parametrize("key", ["CHURN", "churn-2", "a_b"])
def test_keys_are_plain(key: str) -> None:
    assert KeyField().run_validation(key) == key


@pytest.mark.parametrize("key", ["", "a b", "../x", "a\n", "-a", "ä", "a/b", "x" * 61])
def test_other_keys_are_refused(key: str) -> None:
    assert codes(KeyField(), key)


def test_a_map_keeps_scalars_as_they_are() -> None:
    given = {"lr": 0.1, "layers": 3, "name": "žluť", "on": True, "gone": None}
    found = JSONMapField().run_validation(given)
    assert found == given
    assert found["on"] is True and type(found["layers"]) is int


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], ["not_an_object"]),
        ("x", ["not_an_object"]),
        ({"a": [1]}, {"a": ["not_a_scalar"]}),
        ({"a": {"b": 1}}, {"a": ["not_a_scalar"]}),
        ({"a": math.nan}, {"a": ["not_a_scalar"]}),
        ({"": 1}, {"": ["key_length"]}),
        ({"k" * 6: 1}, {"k" * 6: ["key_length"]}),
        ({"a": "x" * 11}, {"a": ["value_length"]}),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, ["too_many_keys"]),
    ],
)
def test_a_map_has_bounds(given: Any, code: Any) -> None:
    assert codes(JSONMapField(max_keys=3, key_length=5, value_length=10), given) == code


def test_metrics_are_numbers_and_three_words() -> None:
    found = MetricsField().run_validation(
        {"accuracy": 0.91, "n": 200, "loss": "NaN", "up": "Infinity", "down": "-Infinity", "old": None}
    )
    assert (found["accuracy"], found["n"], found["old"]) == (0.91, 200.0, None)
    assert math.isnan(found["loss"])
    assert (found["up"], found["down"]) == (math.inf, -math.inf)


@pytest.mark.parametrize("value", [True, "0.91", "nan", "inf", "", [], {}, "NaN "])
def test_other_metrics_are_refused_by_key(value: Any) -> None:
    assert codes(MetricsField(), {"a/b": value}) == {"a/b": ["not_a_metric"]}


@dataclass
class Metric:
    key: str
    value: float | None
    special: str
    step: int | None = None
    time: datetime | None = None


def test_metrics_go_out_with_null_beside_the_flag() -> None:
    rows = [
        Metric("accuracy", 0.91, "", 3, datetime(2026, 1, 1, tzinfo=UTC)),
        Metric("loss", None, "nan"),
    ]
    assert MetricsField().to_representation(rows) == {
        "accuracy": {"value": 0.91, "special": None, "step": 3, "time": "2026-01-01T00:00:00.000000Z"},
        "loss": {"value": None, "special": "nan", "step": None, "time": None},
    }
