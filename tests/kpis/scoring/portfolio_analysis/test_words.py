"""Sentences and drawings of the analysis; expected numbers are worked out by hand."""

from __future__ import annotations

import pytest

from kpis.scoring.portfolio_analysis.answers import FUNNEL_COLUMNS, funnel_answer, incidence_answer, lines
from kpis.scoring.portfolio_analysis.cohorts import cohorts_of
from kpis.scoring.portfolio_analysis.curve import HEIGHT, WIDTH, curve_of, height
from kpis.scoring.portfolio_analysis.funnel import funnel_of, stop_counts
from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.incidence import Share, incidence_of
from kpis.scoring.portfolio_analysis.stage_times import stage_times
from kpis.scoring.portfolio_analysis.words import (
    funnel_words,
    incidence_words,
    monthly,
    reason_words,
    share_words,
    stage_time_words,
)
from tests.kpis.scoring.portfolio_analysis.builders import history


def begun(live: int, stopped: int, still: int, until: float = 400) -> list[History]:
    """Return so many that were in production after 50 days, cancelled in data after 100, or are in data still."""
    return [
        *(history(("framing", 0), ("production", 50), until=until) for _ in range(live)),
        *(history(("framing", 0), ("data", 10), ("cancelled", 100), until=until) for _ in range(stopped)),
        *(history(("framing", 0), ("data", 10), until=until) for _ in range(still)),
    ]


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([], "No initiative has a known beginning yet."),
        (
            begun(2, 1, 1),
            "Of 4 initiatives begun, 2 in production and 1 cancelled so far; fewer than 10 were begun 90 days "
            "ago or earlier, too few for a share.",
        ),
    ],
)
def test_nothing_is_claimed_of_too_few(ways: list[History], expected: str) -> None:
    assert incidence_words(incidence_of(ways)) == expected


def test_the_longest_time_that_can_be_told_is_told() -> None:
    said = incidence_words(incidence_of(begun(4, 6, 10)))
    assert (
        said.startswith("Of 20 initiatives begun, 20\u202f% (")
        and " in production after 12 months, 30\u202f% (" in said
    )
    assert said.endswith(" cancelled; 20 were begun that long ago.")
    assert "after 90 days" in incidence_words(incidence_of(begun(4, 6, 10, until=120)))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (None, "–"),
        (Share(0.0), "0\u202f%"),
        (Share(0.31, 0.18, 0.46), "31\u202f% (18 to 46\u202f%)"),
    ],
)
def test_a_share_has_its_band(share: Share | None, expected: str) -> None:
    assert share_words(share) == expected


def test_the_funnel_in_words() -> None:
    assert funnel_words(funnel_of([])) == "No initiative has begun."
    assert funnel_words(funnel_of(begun(1, 0, 1))) == "1 initiative reached production; of the others, none stopped."
    assert funnel_words(funnel_of(begun(2, 3, 1))) == (
        "2 initiatives reached production; of the others, most stopped in data (3)."
    )


def test_times_and_reasons_in_words() -> None:
    through = [history(("framing", 0), ("data", day)) for day in range(1, 13)]
    assert stage_time_words(stage_times(through)[0]) == "a median of 6 days"
    assert stage_time_words(stage_times(through)[1]) == "fewer than half got further so far"
    assert stage_time_words(stage_times(through)[2]) == "nobody was here"
    assert (reason_words("", {}), reason_words("data", {"data": "Data missing"})) == ("No reason kept", "Data missing")


def test_a_table_has_every_thirtieth_day() -> None:
    steps = incidence_of(begun(1, 1, 0)).steps
    assert [(day, step.days) for day, step in monthly(steps)] == [(60, 50), (90, 50), (100, 100)]
    assert monthly([]) == []


def test_a_curve_stays_within_its_drawing() -> None:
    assert curve_of(incidence_of(begun(0, 0, 3))) is None and curve_of(incidence_of([])) is None
    curve = curve_of(incidence_of(begun(4, 6, 10)))
    assert curve is not None
    # Days 0 to 400 lie on 40 to 712: day 50 at 124; a share of 0.2 is 188 x 0.8 below the top at 8.
    assert curve.production == "M40.0 196.0H124.0V158.4H208.0V158.4H712.0V158.4H712.0"
    assert [each.label for each in curve.days] == ["0 d", "60 d", "120 d", "180 d", "240 d", "300 d", "360 d"]
    assert (height(0), height(1)) == (196.0, 8.0) and WIDTH == 720 and HEIGHT == 220
    assert curve.production_band.startswith("M124.0 ") and curve.production_band.endswith("Z")


def test_a_curve_of_many_years_has_few_marks() -> None:
    curve = curve_of(incidence_of([history(("framing", 0), ("production", 9_000), until=9_100)]))
    assert curve is not None and 2 <= len(curve.days) <= 8


def test_answers_are_plain() -> None:
    ways = begun(1, 1, 1)
    told = funnel_answer(funnel_of(ways), stop_counts(ways))
    assert told["stages"][0] | {} == {
        "stage": "framing",
        "entered": 3,
        "advanced": 3,
        "cancelled": 0,
        "open": 0,
        "skipped": 0,
        "returned": 0,
        "of_entered": 1.0,
        "of_decided": 1.0,
    }
    assert told["reasons"] == [{"reason": None, "count": 1}]
    rows = list(lines(FUNNEL_COLUMNS, told["stages"]))
    assert rows[0] == FUNNEL_COLUMNS and rows[3] == ("modeling", 0, 0, 0, 0, 1, 0, None, None)
    steps = incidence_answer(incidence_of(ways), cohorts_of(ways))["steps"]
    assert [(each["days"], each["at_risk"]) for each in steps] == [(50, 3), (100, 2), (400, 1)]
    assert steps[0]["production"] == pytest.approx(1 / 3) and steps[0]["cancelled_low"] is None
