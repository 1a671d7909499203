"""Places on the line of time, worked out by hand: the quarter from October 2026 has 92 days."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.scoring.timeline import Mark, Move, Piece, Story, Window, bands, line_of, window_of

TODAY = date(2026, 11, 28)
QUARTER = Window("quarter", date(2026, 10, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("span", "first", "start", "end"),
    [
        ("quarter", None, "2026-10-01", "2027-01-01"),
        ("half", None, "2026-09-01", "2027-03-01"),
        ("year", None, "2026-07-01", "2027-07-01"),
        ("year", date(2025, 12, 31), "2025-12-01", "2026-12-01"),
    ],
)
def test_windows_are_whole_months(span: str, first: date | None, start: str, end: str) -> None:
    found = window_of(span, first, TODAY)  # type: ignore[arg-type]
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


def test_a_window_has_neighbours_and_months() -> None:
    assert QUARTER.months() == [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]
    assert (QUARTER.moved(-1), QUARTER.moved(1)) == (date(2026, 7, 1), date(2027, 1, 1))
    assert [QUARTER.place(date(2026, *day)) for day in ((9, 1), (10, 24), (11, 16))] == [0.0, 25.0, 50.0]


def test_an_initiative_on_the_line() -> None:
    story = Story(
        name="Churn",
        moves=[
            Move("framing", "active", "Framing", date(2026, 8, 1)),
            Move("data", "active", "Data", date(2026, 10, 24)),
            Move("data", "paused", "Paused", date(2026, 11, 16)),
        ],
        releases=[("v1", date(2026, 11, 16)), ("v0", date(2026, 9, 1))],
        target=date(2026, 12, 9),
        target_words="2026-12-09",
        former_targets=[date(2026, 10, 24), date(2026, 12, 9), date(2026, 10, 24)],
        forecast={"p50": "2026-12-09", "p85": "2027-02-01", "decided_by": "tasks"},
    )
    line = line_of(story, QUARTER, TODAY)
    # Days 0 to 23, 23 to 46 and 46 to the end of today, 59, of 92.
    assert line.stages == [
        Piece(0.0, 25.0, "framing", "Framing", "Framing from 1 Aug 2026"),
        Piece(25.0, 25.0, "data", "Data", "Data from 24 Oct 2026"),
        Piece(50.0, 14.13, "paused", "Paused", "Paused from 16 Nov 2026"),
    ]
    assert line.releases == [Mark(50.0, "v1, 16 Nov 2026")]
    assert line.target == Mark(75.0, "Target 2026-12-09")
    assert line.ghosts == [Mark(25.0, "Earlier target 24 Oct 2026")]
    assert line.forecast == Piece(75.0, 25.0, "forecast", "", "Forecast P50 9 Dec 2026, P85 1 Feb 2027")
    assert line.words == (
        "Churn: Paused since 16 Nov 2026; target 2026-12-09, moved from 24 Oct 2026; "
        "forecast P50 9 Dec 2026, P85 1 Feb 2027; in production v1 on 16 Nov 2026, v0 on 1 Sep 2026"
    )


def test_what_is_unknown_is_not_drawn() -> None:
    line = line_of(Story("Churn", forecast={"p50": None, "p85": None}), QUARTER, TODAY)
    assert (line.stages, line.target, line.forecast, line.words) == ([], None, None, "Churn: no target date")
    far = line_of(Story("Churn", forecast={"p50": "2027-01-01", "p85": "2027-02-01"}), QUARTER, TODAY)
    assert far.forecast is None and "P50 1 Jan 2027" in far.words


def test_sprints_lie_beside_each_other() -> None:
    days = [date(2026, 10, number) for number in (1, 14, 10, 24)]
    named = [("A", days[0], days[1]), ("B", days[0], days[1]), ("C", days[2], days[3])]
    named += [("D", days[2], days[3]), ("E", date(2026, 10, 15), date(2026, 10, 30)), ("F", TODAY, TODAY)]
    found = bands(named, QUARTER)
    assert [(each.title[0], each.lane) for each in found] == [("A", 0), ("B", 1), ("C", 2), ("E", 0), ("F", 0)]
    assert found[0].width == 15.22 and found[0].label == "A" and found[-1].label == ""
