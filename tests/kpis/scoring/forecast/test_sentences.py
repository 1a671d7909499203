"""Forecasts in sentences, and their figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kpis.charts.forecasts import flow_figure, forecast_figure, throughput_figure
from kpis.scoring.convolution import Finish
from kpis.scoring.forecast.parts import NO_ESTIMATE, Part, estimated_part
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.sentences import (
    bounds_say,
    chance_words,
    gate_title,
    moved_says,
    readiness_says,
    standing_says,
    target_says,
)
from kpis.scoring.forecast.three_point import ThreePoint
from projects.progress.delivery.flow import FlowDay
from projects.progress.delivery.throughput import Throughput, Week

TODAY = date(2026, 11, 28)


def part(gate: str, title: str = "", days: int = 2, reason: str = "") -> Part:
    """Return a part that is done for sure after so many days, half of the times a day before."""
    finish = Finish((*(0.0,) * (days - 2), 0.5, 1.0))
    return Part(gate, title, Finish() if reason else finish, reason)


def forecast(*parts: Part) -> ReadinessForecast:
    return ReadinessForecast(TODAY, parts)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ((), "Nothing is left to be done."),
        (
            (part("tasks", "the tasks", 9), part("labels", "the labels", 125)),
            "Ready by 1 Apr 2027 with a chance of 50 %, by 2 Apr 2027 with 85 %: the labels decide it.",
        ),
        (
            (part("metric:accuracy", "accuracy", 9),),
            "Ready by 6 Dec 2026 with a chance of 50 %, by 7 Dec 2026 with 85 %: accuracy decides it.",
        ),
        (
            (part("check:delivery.rollback", "The way back was tried", 9),),
            "Ready by 6 Dec 2026 with a chance of 50 %, by 7 Dec 2026 with 85 %: “The way back was tried” decides it.",
        ),
        (
            (part("tasks", "the tasks"), part("check:a", "A", reason=NO_ESTIMATE)),
            "No credible date, because 1 part of 2 has none: A.",
        ),
        (
            tuple(part(f"check:{name}", name, reason=NO_ESTIMATE) for name in "ABCDE"),
            "No credible date, because 5 parts of 5 have none: A, B, C and 2 more.",
        ),
    ],
)
def test_a_forecast_in_a_sentence(parts: tuple[Part, ...], says: str) -> None:
    assert readiness_says(forecast(*parts)) == says


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (None, "There is no target date to hold this against."),
        (0, "The target date, 28 Nov 2026, has come."),
        (1, "The chance to keep the target date, 29 Nov 2026, is 50 %."),
        (9, "The chance to keep the target date, 7 Dec 2026, is more than 99 %."),
    ],
)
def test_against_the_target_date(days: int | None, says: str) -> None:
    target = None if days is None else TODAY + timedelta(days=days)
    assert target_says(forecast(part("tasks")), target) == says
    assert target_says(forecast(part("tasks", reason="no credible date: x")), target) == ""


def test_what_if_moves_the_date() -> None:
    found = [forecast(part("tasks", days=days)) for days in (2, 9, 10)]
    words = [moved_says(found[1], each) for each in found]
    assert words == ["7 days sooner", "the same day", "1 day later"]
    assert moved_says(found[0], forecast(part("tasks", reason="no credible date: x"))) == ""


@pytest.mark.parametrize(
    ("gate", "words"),
    [("tasks", "the tasks decide it"), ("check:a.b", "“A title” decides it"), ("metric:f1", "f1 decides it")],
)
def test_the_line_beside_a_verdict(gate: str, words: str) -> None:
    told = {"p50": "2027-03-12", "p85": "2027-04-02", "decided_by": gate}
    document: dict[str, Any] = {"forecast": told, "blockers": [{"check": "a.b", "title": "A title"}]}
    said = f"Ready by 12 Mar 2027 with a chance of 50 %, by 2 Apr 2027 with 85 %: {words}."
    assert standing_says(document) == said
    assert standing_says({**document, "forecast": None}) == ""


def test_names_and_chances() -> None:
    assert [gate_title("labels"), gate_title("check:x", "X is so"), gate_title("check:x")] == [
        "the labels",
        "X is so",
        "x",
    ]
    assert [chance_words(each) for each in (None, 0.0, 0.62, 1.0)] == ["–", "less than 1 %", "62 %", "more than 99 %"]


def test_reasons_are_grouped_and_bounds_hold_the_whole() -> None:
    found = forecast(part("check:a", "A", reason=NO_ESTIMATE), part("check:b", "B", reason=NO_ESTIMATE))
    ((names, why),) = found.reasons
    assert (names, why.startswith("nobody estimated")) == (("A", "B"), True)
    assert (found.bounds(0.5), bounds_say(found)) == ((None, None), "")
    dated = forecast(part("tasks", days=2), part("labels", days=2))
    # By hand: each is done on the first day by one half; both by a quarter, from none to one half.
    assert bounds_say(dated) == (
        "However the parts depend on each other, P50 lies from 29 Nov 2026 to 30 Nov 2026 and P85 on 30 Nov 2026."
    )
    assert bounds_say(forecast(part("tasks"))) == ""
    assert [each.after(1) for each in (dated.worst, dated.whole, dated.best)] == [0.0, 0.25, 0.5]


def test_the_figure_of_a_forecast() -> None:
    estimate = ThreePoint(*(TODAY + timedelta(days=day) for day in (5, 9, 30)))
    found = forecast(estimated_part("check:a", "A", estimate, TODAY), part("tasks"))
    target = TODAY + timedelta(days=20)
    drawn = forecast_figure(found, target, forecast(part("tasks")))
    names = ["At best", "At worst", "As it is", "Otherwise", "Target date"]
    assert [each["name"] for each in drawn["data"]] == names
    assert drawn["data"][2]["x"][0] == "2026-11-28"
    assert drawn["data"][2]["y"] == sorted(drawn["data"][2]["y"])
    assert drawn["data"][3]["y"][:3] == [0.0, 0.5, 1.0]
    assert drawn["data"][4]["x"] == ["2026-12-18"] * 2
    assert [each["name"] for each in forecast_figure(forecast(part("tasks")))["data"]] == ["As it is"]
    assert forecast_figure(forecast(part("tasks", reason="no credible date: x")), target)["data"] == []


def test_the_figures_of_flow() -> None:
    drawn = throughput_figure(Throughput((Week(TODAY, 3, 2, 1), Week(TODAY, 0))))["data"]
    assert [(each["type"], each["name"], each["y"]) for each in drawn] == [
        ("bar", "Done", [3, 0]),
        ("scatter", "Scope grew by", [1, 0]),
    ]
    bands = flow_figure([FlowDay(TODAY, 5, 2, 7)])["data"]
    assert [(each["name"], each["y"], each["stackgroup"]) for each in bands] == [
        ("Done", [7], "all"),
        ("Being done", [2], "all"),
        ("Waiting", [5], "all"),
    ]
