"""Alerts open once and close once. The tables are worked out by hand from the rules that the module states."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpis.scoring.alerts import UNKNOWN, Rule, Seen, found, rule_words
from kpis.scoring.attainment import Pace

NEWEST = date(2026, 11, 23)
STEADY = [10.0, 11.0] * 8  # sixteen periods, steps of +1 and −1 in turn


def seen(**given: Any) -> Seen:
    return Seen(**{"value": None, "values": (), "pace": None, "late": False, "newest": NEWEST, "unit": "%", **given})


def at(gap: float | None, expected: float = 0.5) -> Pace:
    return Pace(expected, None, gap, None, waiting=expected == 0)


@pytest.mark.parametrize(
    ("above", "margin", "value", "was_open", "is_open"),
    [
        (True, 0.0, 10.1, False, True),
        (True, 0.0, 10.0, False, False),
        (True, 0.0, 10.0, True, False),
        (True, 2.0, 9.0, False, False),
        (True, 2.0, 9.0, True, True),
        (True, 2.0, 8.0, True, False),
        (False, 0.0, 9.9, False, True),
        (False, 0.0, 10.0, True, False),
        (False, 2.0, 11.0, True, True),
        (False, 2.0, 12.0, True, False),
    ],
)
def test_a_threshold_closes_only_when_it_is_back_by_its_margin(
    above: bool, margin: float, value: float, was_open: bool, is_open: bool
) -> None:
    rule = Rule("threshold", above, 10.0, margin)
    assert found(rule, seen(value=value), was_open=was_open).is_open is is_open


@pytest.mark.parametrize(
    ("gap", "was_open", "is_open"),
    [
        (-0.11, False, True),
        (-0.10, False, False),
        (-0.07, False, False),
        (-0.07, True, True),
        (-0.05, True, False),
        (0.2, True, False),
    ],
)
def test_a_pace_opens_ten_points_behind_and_closes_within_five(gap: float, was_open: bool, is_open: bool) -> None:
    assert found(Rule("pace"), seen(pace=at(gap)), was_open=was_open).is_open is is_open


def test_nothing_is_behind_while_no_movement_is_expected() -> None:
    assert found(Rule("pace"), seen(pace=at(-0.4, 0)), was_open=False).is_open is False


@pytest.mark.parametrize("late", [True, False])
def test_a_missing_reading_opens_and_its_coming_closes(late: bool) -> None:
    said = found(Rule("missing"), seen(late=late), was_open=not late)
    assert said.is_open is late
    assert "week of 2026-11-23" in said.words


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ([*STEADY, 10.0], False),
        ([*STEADY, 13.0], False),
        ([*STEADY, 30.0], True),
        ([*STEADY, -20.0], True),
        ([5.0] * 14, False),
        ([*[5.0] * 14, 5.1], True),
        ([*[5.0] * 13, 6.0, 6.0, 6.0, 8.0], True),
    ],
)
def test_a_step_unlike_those_before_is_an_anomaly(values: list[float], is_open: bool) -> None:
    assert found(Rule("anomaly"), seen(values=values), was_open=False).is_open is is_open


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("threshold", {}),
        ("pace", {}),
        ("pace", {"pace": at(None)}),
        ("missing", {"newest": None}),
        ("anomaly", {}),
        ("anomaly", {"values": [1.0]}),
        ("anomaly", {"values": [*STEADY[:12], 30.0]}),
        ("anomaly", {"values": [*STEADY, None, 30.0]}),
    ],
)
@pytest.mark.parametrize("was_open", [True, False])
def test_what_nobody_can_tell_changes_nothing(kind: Any, given: dict[str, Any], was_open: bool) -> None:
    assert found(Rule(kind), seen(**given), was_open=was_open) == UNKNOWN


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("threshold", True, 10.0), "Above 10\u202f%"),
        (Rule("threshold", False, 10.0, 2.0), "Below 10\u202f%, until it is 2\u202f% back"),
        (Rule("missing"), "A reading is overdue"),
    ],
)
def test_a_rule_in_words(rule: Rule, words: str) -> None:
    assert rule_words(rule, "%") == words
