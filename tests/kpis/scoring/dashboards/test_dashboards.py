"""What dashboards are made of and conclude: kinds and settings, ranges, arrivals, boards. Expected by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpis.scoring.calendar.units import PLAIN, Rules
from kpis.scoring.dashboards.arrivals import Arrival, arrivals_sentence, chance_of, in_order
from kpis.scoring.dashboards.board import board_sentence, needs_attention, rank
from kpis.scoring.dashboards.kinds import COLUMNS, KINDS
from kpis.scoring.dashboards.ranges import range_of
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.scoring.filters import parse_filters

TODAY = date(2026, 11, 28)
LAST = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("name", "rules", "first", "last", "words"),
    [
        ("month", PLAIN, "2026-11-01", "2026-11-30", "November 2026"),
        ("quarter", PLAIN, "2026-10-01", "2026-12-31", "Q4 2026"),
        ("year", PLAIN, "2026-01-01", "2026-12-31", "2026"),
        ("fiscal-year", Rules(0, 4), "2026-04-01", "2027-03-31", "FY 2026/27"),
        ("next-quarter", PLAIN, "2027-01-01", "2027-03-31", "Q1 2027"),
        ("last-month", PLAIN, "2026-10-01", "2026-10-31", "October 2026"),
        ("last-quarter", PLAIN, "2026-07-01", "2026-09-30", "Q3 2026"),
        ("last-year", PLAIN, "2025-01-01", "2025-12-31", "2025"),
    ],
)
def test_ranges_are_periods_of_the_calendar(name: str, rules: Rules, first: str, last: str, words: str) -> None:
    found = range_of(name, TODAY, rules)
    assert (found.first.isoformat(), found.last.isoformat(), found.words) == (first, last, words)
    assert found.is_chosen and found.holds(found.first) and found.holds(found.last)


@pytest.mark.parametrize("name", ["", "decade", "QUARTER"])
def test_what_is_no_range_is_the_present_quarter_which_nobody_chose(name: str) -> None:
    found = range_of(name, TODAY, PLAIN)
    assert (found.words, found.is_chosen) == ("Q4 2026", False)


@pytest.mark.parametrize(
    ("ready", "p50", "p85", "chance"),
    [
        (True, None, None, "ready"), (False, None, None, "untold"), (False, TODAY, LAST, "likely"),
        (False, LAST, date(2027, 1, 1), "even"), (False, date(2027, 1, 1), date(2027, 2, 1), "unlikely"),
        (True, date(2027, 1, 1), date(2027, 2, 1), "ready"),
    ],
)  # fmt: skip
def test_how_probable_it_is(ready: bool, p50: date | None, p85: date | None, chance: str) -> None:
    assert chance_of(ready, p50, p85, LAST) == chance


def arrival(key: str, chance: Any, way: str = "", p50: date | None = None) -> Arrival:
    return Arrival(key, key.title(), "data", "unknown", chance, p50, p50, None, way, bool(way), "")


def test_arrivals_are_told_in_a_sentence() -> None:
    found = [
        arrival("A", "untold", "Labels is missing"),
        arrival("B", "even", "Labels is missing", TODAY),
        arrival("C", "even", "Accuracy fails", date(2026, 11, 1)),
        arrival("D", "arrived"),
        arrival("E", "likely", "Accuracy fails"),
    ]
    assert [each.key for each in in_order(found)] == ["D", "E", "C", "B", "A"]
    assert arrivals_sentence(found, LAST) == (
        "Of 5 initiatives by 31 Dec 2026: 1 reached production, 1 likely (P85), 2 with an even chance (P50), "
        "1 due without a forecast. Most often in the way: Labels is missing (2)."
    )
    assert arrivals_sentence([found[3]], LAST) == "Of 1 initiative by 31 Dec 2026: 1 reached production."
    assert arrivals_sentence([], LAST) == "Nothing is forecast or due to be ready by 31 Dec 2026."


def test_boards_begin_with_what_is_worst() -> None:
    states: list[Any] = [
        ("met", None), ("behind", -0.2), ("", None), ("ahead", 0.2), ("missed", None), ("behind", -0.5),
        ("on_pace", 0.0), ("no_data", None),
    ]  # fmt: skip
    ordered = sorted(states, key=lambda each: rank(each[0], each[1], "a"))
    names = [state for state, _ in ordered]
    assert names == ["missed", "behind", "behind", "no_data", "", "on_pace", "ahead", "met"]
    assert [gap for state, gap in ordered if state == "behind"] == [-0.5, -0.2]
    assert [needs_attention(state, is_late=False) for state in names] == [True] * 4 + [False] * 4
    assert needs_attention("met", is_late=True)


@pytest.mark.parametrize(
    ("states", "undone", "says"),
    [
        ([], 0, "No KPI yet."),
        ([("A", "met")], 0, "None of 1 KPI is behind its pace."),
        ([("A", "no_data"), ("B", "ahead")], 0, "None of 2 KPIs is behind its pace; 1 without readings."),
        ([("A", "behind"), ("B", "met")], 1, "1 behind pace of 2 KPIs: A. Nothing is said of 1 of them."),
        (
            [("A", "missed"), ("B", "behind"), ("C", "behind"), ("D", "behind"), ("E", "behind")],
            0,
            "4 behind pace and 1 missed of 5 KPIs: A, B, C and 2 more.",
        ),
    ],
)
def test_boards_are_told_in_a_sentence(states: Any, undone: int, says: str) -> None:
    assert board_sentence(states, undone) == says


@pytest.mark.parametrize("key", SHIPPED)
def test_what_ships_is_well_made(key: str) -> None:
    found = SHIPPED[key]
    assert found.key == key and found.is_shipped and found.panels
    for panel in found.panels:
        kind = KINDS[panel.kind]
        assert panel.settings.keys() == {each.name for each in kind.settings}
        assert not any(each.kept == "kpi" for each in kind.settings), "no workspace has a KPI of a certain key"
        assert not parse_filters(panel.settings.get("q", "")).errors
        assert 1 <= panel.width <= COLUMNS
