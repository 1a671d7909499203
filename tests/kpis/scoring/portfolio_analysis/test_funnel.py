"""The funnel, and time in stage: golden 06 (worked out by hand, medians by lifelines 0.30.3), and ways that go back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from kpis.scoring.portfolio_analysis.funnel import FunnelStage, StopCount, funnel_of, stop_counts
from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.stage_times import stage_times
from tests.kpis.scoring.golden import golden
from tests.kpis.scoring.portfolio_analysis.builders import history, on

GOLDEN = golden("06_funnel")
OURS = {"idea": "framing", "data": "data", "model": "modeling", "pilot": "integration", "production": "production"}


@pytest.fixture(scope="module")
def told() -> list[History]:
    moves: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, stage, day in GOLDEN["events"]:
        moves[key].append((OURS.get(stage, stage), day))
    return [history(*ways, until=GOLDEN["now"], key=key) for key, ways in moves.items()]


def counts(stage: FunnelStage) -> tuple[int, int, int, int]:
    return stage.entered, stage.advanced, stage.cancelled, stage.open


@pytest.mark.parametrize("place", range(4))
def test_the_golden_funnel(told: list[History], place: int) -> None:
    expected: dict[str, Any] = GOLDEN["funnel"][place]
    found = funnel_of(told)[place]
    assert found.stage == OURS[expected["frm"]]
    assert counts(found) == tuple(expected[name] for name in ("entered", "advanced", "cancelled_here", "still_open"))
    assert found.of_entered == pytest.approx(expected["naive_rate"], abs=1e-15)
    assert found.of_decided == pytest.approx(expected["decided_rate"], abs=1e-15)


@pytest.mark.parametrize("place", range(4))
def test_the_golden_times_in_stage(told: list[History], place: int) -> None:
    found = stage_times(told)[place].survival
    expected = GOLDEN["time_in_stage"][
        next(name for name, ours in OURS.items() if ours == stage_times(told)[place].stage)
    ]
    assert (found.n, found.events) == (len(expected["durations"]), sum(expected["advanced"]))
    assert found.median == expected["km_median"]
    assert found.honest_median is None and found.why == f"only {found.events} came through, 10 are needed"


def test_who_is_in_a_stage_now_has_waited_there(told: list[History]) -> None:
    assert {each.stage: each.waiting for each in stage_times(told)} == {
        "framing": (40,),
        "data": (50, 15),
        "modeling": (),
        "integration": (25,),
    }


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        # Skipped modeling: not among those that entered it.
        ([("data", 5), ("integration", 9)], {"data": (1, 1, 0, 0), "integration": (1, 0, 0, 1)}),
        # Returned: open where it got furthest, and advanced for good where it passed once.
        (
            [("data", 0), ("modeling", 5), ("integration", 9), ("modeling", 12)],
            {"data": (1, 1, 0, 0), "modeling": (1, 1, 0, 0), "integration": (1, 0, 0, 1)},
        ),
        # Returned and cancelled: stopped where it got furthest.
        (
            [("modeling", 5), ("integration", 9), ("modeling", 12), ("cancelled", 15)],
            {"modeling": (1, 1, 0, 0), "integration": (1, 0, 1, 0)},
        ),
        # Paused is open; who goes on again has not stopped.
        ([("data", 0), ("paused", 5)], {"data": (1, 0, 0, 1)}),
        ([("data", 0), ("cancelled", 5), ("active", 8)], {"data": (1, 0, 0, 1)}),
        # Retired after production has advanced; retired before it has stopped.
        (
            [("integration", 0), ("production", 5), ("retired", 9)],
            {"integration": (1, 1, 0, 0), "production": (1, 1, 0, 0)},
        ),
        ([("data", 0), ("retired", 9)], {"data": (1, 0, 1, 0)}),
        ([("production", 0)], {"production": (1, 0, 0, 1)}),
        ([("framing", 0), ("cancelled", 0)], {"framing": (1, 0, 1, 0)}),
    ],
)
def test_ways_that_skip_return_pause_and_end(
    way: list[tuple[str, float]], expected: dict[str, tuple[int, int, int, int]]
) -> None:
    found = {each.stage: counts(each) for each in funnel_of([history(*way)]) if each.entered}
    assert found == expected


def test_skipped_and_returned_are_told_apart() -> None:
    ways = [history(("data", 0), ("integration", 9), ("data", 12)), history(("framing", 0))]
    found = {each.stage: (each.skipped, each.returned) for each in funnel_of(ways)}
    assert found == {
        "framing": (1, 0),
        "data": (0, 0),
        "modeling": (1, 0),
        "integration": (0, 1),
        "production": (0, 0),
    }


def test_nobody_gives_no_rate() -> None:
    assert {(each.of_entered, each.of_decided) for each in funnel_of([])} == {(None, None)}


def test_reasons_are_counted() -> None:
    ways = [
        history(("data", 0), ("cancelled", 5), reasons="data"),
        history(("data", 0), ("cancelled", 5), ("cancelled", 9), reasons="cost data"),
        history(("data", 0), ("cancelled", 5), ("active", 6), ("cancelled", 9), reasons="value"),
        history(("data", 0), ("cancelled", 5), reasons="labels"),
        history(("data", 0), ("cancelled", 5), ("active", 6), reasons="people"),
        history(("data", 0), ("retired", 5)),
    ]
    assert stop_counts(ways) == (StopCount("data", 2), StopCount("labels", 1), StopCount("", 2))
    assert ways[1].stopped_at == on(5) and ways[2].stopped_at == on(9)
