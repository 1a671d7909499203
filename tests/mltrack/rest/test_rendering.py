"""What the API writes."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from mltrack.rest.rendering import StrictJSONRenderer, dumps, utc_text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_specials_are_never_written(value: float) -> None:
    """A list that holds one stays readable."""
    assert dumps({"value": value}) == b'{"value":null}'


def test_moments_are_written_in_utc() -> None:
    moment = datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    assert utc_text(moment) == "2026-03-29T00:30:00.000000Z"
    assert dumps([moment, date(2026, 3, 29)]) == b'["2026-03-29T00:30:00.000000Z","2026-03-29"]'


def test_a_naive_moment_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError):
        utc_text(datetime(2026, 1, 1))  # noqa: DTZ001


class Point(NamedTuple):
    x: float
    y: float


class Verdict(Enum):
    READY = "ready"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("žluť 😀", '"žluť 😀"'),
        ("\ud800", '"\\ud800"'),
        (Verdict.READY, '"ready"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (gettext_lazy("Viewer"), '"Viewer"'),
        (frozenset({"b", "a"}), '["a","b"]'),
        (Point(1.0, 2.5), "[1.0,2.5]"),
        (2**64, "18446744073709551616"),
        (OrderedDict(a=(1, None)), '{"a":[1,null]}'),
    ],
)
def test_known_types_are_written(value: Any, text: str) -> None:
    assert dumps(value).decode() == text
    json.loads(dumps(value))


def test_an_unknown_type_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        dumps(object())


def test_no_data_is_an_empty_body() -> None:
    assert StrictJSONRenderer().render(None) == b""
    assert StrictJSONRenderer().render({"at": datetime(2026, 1, 1, tzinfo=UTC)}).startswith(b'{"at":"2026')
