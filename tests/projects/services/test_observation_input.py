"""What is refused of an observation, and where it is said to stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projects.services.observation_input import parse_observations

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"kind": "volume", "name": "refills", "time": "2026-11-28T00:00:00Z", "value": 12}


def faults(*items: Any) -> dict[str, str]:
    return parse_observations(list(items), NOW)[1]


def test_a_full_one_is_read() -> None:
    given = {
        **GOOD,
        "kind": "drift",
        "segment": " IL ",
        "time": "2026-11-28T01:00:00+01:00",
        "value": 0.03,
        "n": 400,
        "method": "p_value ks",
        "threshold": 0.05,
        "reference": "training data",
    }
    (made,), wrong = parse_observations([given], NOW)
    assert not wrong
    assert (made.series, made.time) == (("drift", "refills", "IL"), datetime(2026, 11, 28, tzinfo=UTC))
    assert (made.value, made.n, made.method, made.threshold) == (0.03, 400, "p_value ks", 0.05)
    assert (made.reference, made.period_days) == ("training data", None)


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"kind": "mood"}, "kind", "volume, drift, quality, latency, errors, cost"),
        ({"kind": ["volume"]}, "kind", "kind is one of"),
        ({"name": " "}, "name", "needed"),
        ({"name": "a" * 121}, "name", "120"),
        ({"name": "a\x00"}, "name", "printable"),
        ({"segment": "\ud800"}, "segment", "printable"),
        ({"segment": 7}, "segment", "text"),
        ({"value": None}, "value", "Leave out"),
        ({"value": "NaN"}, "value", "NaN measures nothing"),
        ({"value": "-Infinity"}, "value", "measures nothing"),
        ({"value": float("nan")}, "value", "finite"),
        ({"value": True}, "value", "finite"),
        ({"value": "12"}, "value", "finite"),
        ({"value": 10**400}, "value", "finite"),
        ({"value": 1e101}, "value", "1e+100"),
        ({"value": -1}, "value", "not less than 0"),
        ({"threshold": "nan"}, "threshold", "measures nothing"),
        ({"n": 1.5}, "n", "whole number from 0"),
        ({"n": -1}, "n", "whole number"),
        ({"n": True}, "n", "whole number"),
        ({"period_days": 0}, "period_days", "from 1 to 366"),
        ({"kind": "cost", "period_days": 7}, "period_days", "Only a volume"),
        ({"time": "2026-11-28"}, "time", "with its zone"),
        ({"time": "1969-12-31T00:00:00Z"}, "time", "from 1970"),
        ({"time": None}, "time", "with its zone"),
        ({"time": "0001-01-01T00:00:00+10:00"}, "time", "with its zone"),
        ({"time": "2026-11-29T12:05:01Z"}, "time", "future: it is 2026-11-29 12:00 UTC"),
        ({"mood": 1}, "mood", "no field 'mood'"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], place: str, words: str) -> None:
    found = faults(GOOD, {**GOOD, "segment": "IL", **fields})
    assert list(found) == [f"observations/1/{place}"]
    assert words in found[f"observations/1/{place}"]


def test_five_minutes_ahead_are_a_clock_that_is_off() -> None:
    assert not faults({**GOOD, "time": (NOW + timedelta(minutes=5)).isoformat()})


def test_a_cost_and_a_drift_may_be_negative() -> None:
    assert not faults({**GOOD, "kind": "cost", "value": -3}, {**GOOD, "kind": "drift", "value": -0.1})


def test_all_that_is_wrong_is_said_at_once_up_to_fifty() -> None:
    assert set(faults({"kind": "volume"}, "text")) == {
        "observations/0/name",
        "observations/0/time",
        "observations/0/value",
        "observations/1",
    }
    assert len(faults(*[{}] * 100)) == 50


def test_a_moment_of_a_series_stands_once() -> None:
    again = {**GOOD, "time": "2026-11-28T01:00:00+01:00", "value": 13}
    assert faults(GOOD, again) == {"observations/1/time": "This is the series and time of observations/0 once more."}
    assert not faults(GOOD, {**again, "segment": "IL"}, {**again, "kind": "quality"})


def test_a_series_has_one_period() -> None:
    other = {**GOOD, "time": "2026-11-27T00:00:00Z", "period_days": 7}
    assert not faults(GOOD, other)
    assert "1 days" in faults({**GOOD, "period_days": 1}, other)["observations/1/period_days"]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (None, "a list"),
        ({"0": GOOD}, "a list"),
        ("text", "a list"),
        ([], "no observation"),
        ([GOOD] * 10_001, "10,001"),
    ],
)
def test_a_batch_is_a_list_of_one_to_ten_thousand(items: Any, words: str) -> None:
    values, wrong = parse_observations(items, NOW)
    assert not values
    assert words in wrong["observations"]
