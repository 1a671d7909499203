"""Will it get there? The pace of the checks against the time, from day to day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.health import AT_RISK_GAP, ON_TRACK_GAP, health_of, trend_of
from kpis.scoring.inputs import InitiativeFacts, JudgementInputs, ProgressPoint
from kpis.scoring.results import Health, ReadinessWarning, Verdict

START = datetime(2027, 1, 1, tzinfo=UTC)
DUE = date(2027, 4, 10)  # a hundred days, the last included
END = datetime(2027, 4, 11, tzinfo=UTC)
MIDDLE = START + timedelta(days=50)


def health(
    share: float | None,
    now: datetime = MIDDLE,
    verdict: Verdict = "unknown",
    due: date | None = DUE,
    history: tuple[ProgressPoint, ...] = (),
    warnings: tuple[ReadinessWarning, ...] = (),
    **facts: Any,
) -> Health:
    initiative = InitiativeFacts("X", **({"target_date": due, "created_at": START} | facts))
    return health_of(JudgementInputs(initiative, history=history), verdict, share, warnings, now)


@pytest.mark.parametrize(
    "share,state",
    [
        (1.0, "on_track"),
        (0.5, "on_track"),
        (0.41, "on_track"),
        (0.39, "at_risk"),
        (0.21, "at_risk"),
        (0.19, "off_track"),
        (0.0, "off_track"),
    ],
)
def test_the_pace_in_the_middle(share: float, state: str) -> None:
    found = health(share)
    assert found.state == state
    assert "50 % of the time" in found.reason


@pytest.mark.parametrize(
    "days,state", [(0, "on_track"), (9, "on_track"), (11, "at_risk"), (29, "at_risk"), (31, "off_track")]
)
def test_with_nothing_done_it_gets_worse_by_itself(days: int, state: str) -> None:
    assert health(0.0, START + timedelta(days=days)).state == state


@pytest.mark.parametrize("share", [0.0, 0.2, 0.35, 0.6])
def test_the_moment_of_change_is_known(share: float) -> None:
    now, last = START, health(share, START)
    for _ in range(3):
        if last.changes_at is None:
            break
        assert health(share, last.changes_at - timedelta(seconds=2)).state == last.state
        now, last = last.changes_at, health(share, last.changes_at)
        assert now <= END
    assert last.state == "off_track"


@pytest.mark.parametrize("verdict", ["unknown", "not_ready"])
def test_past_the_date_and_not_ready_is_off_track(verdict: Verdict) -> None:
    assert health(0.99, END, verdict).state == "off_track"
    assert health(0.99, END - timedelta(seconds=1), verdict).state == "on_track"


@pytest.mark.parametrize("now", [START, MIDDLE, END + timedelta(days=99)])
def test_ready_is_on_track(now: datetime) -> None:
    assert health(1.0, now, "ready").state == "on_track"


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_what_rests_has_no_health(state: str) -> None:
    found = health(1.0, verdict="ready", state=state)
    assert found == Health("no_data", f"the initiative is {state}")


def points(*pairs: tuple[int, float]) -> tuple[ProgressPoint, ...]:
    return tuple(ProgressPoint(MIDDLE - timedelta(days=days), share) for days, share in pairs)


@pytest.mark.parametrize(
    "history,share,trend",
    [
        ((), 0.5, None),
        (points((3, 0.1)), 0.5, None),
        (points((8, 0.1)), 0.5, 0.4),
        (points((40, 0.2), (30, 0.3), (20, 0.45)), 0.5, 0.2),
        (points((20, 0.45), (2, 0.1)), 0.5, 0.05),
        (points((30, 0.9)), None, None),
    ],
)
def test_trends(history: tuple[ProgressPoint, ...], share: float | None, trend: float | None) -> None:
    found = trend_of(history, share, MIDDLE)
    assert found == (None if trend is None else pytest.approx(trend))


@pytest.mark.parametrize(
    "history,state",
    [
        ((), "no_data"),
        (points((2, 0.1)), "no_data"),
        (points((30, 0.3)), "on_track"),
        (points((30, 0.5)), "at_risk"),
        (points((30, 0.9)), "at_risk"),
    ],
)
def test_without_a_date_the_trend_speaks(history: tuple[ProgressPoint, ...], state: str) -> None:
    assert health(0.5, due=None, history=history).state == state


@pytest.mark.parametrize(
    "share,before,state",
    [(0.5, 0.7, "at_risk"), (0.3, 0.5, "off_track"), (0.1, 0.5, "off_track"), (0.5, 0.52, "on_track")],
)
def test_a_falling_share_is_one_step_worse(share: float, before: float, state: str) -> None:
    assert health(share, history=points((30, before))).state == state


@pytest.mark.parametrize(
    "history,share,due,turns",
    [
        ((), 0.5, None, [(7, "at_risk")]),
        (points((3, 0.5)), 0.5, None, [(4, "at_risk")]),
        (points((30, 0.3)), 0.5, None, [(28, "at_risk")]),
        (points((30, 0.3), (10, 0.5)), 0.5, None, [(18, "at_risk")]),
        (points((30, 0.5), (20, 0.3), (10, 0.5)), 0.5, None, [(8, "on_track"), (18, "at_risk")]),
        (points((30, 0.5)), 0.5, None, []),
        (points((30, 0.7), (25, 0.9)), 0.9, date(2028, 1, 1), []),
        (points((30, 0.9), (25, 0.7)), 0.7, date(2028, 1, 1), [(3, "on_track")]),
    ],
)
def test_the_trend_turns_by_itself_at_a_known_moment(
    history: tuple[ProgressPoint, ...], share: float, due: date | None, turns: list[tuple[int, str]]
) -> None:
    now, found = MIDDLE, health(share, due=due, history=history)
    for days, state in turns:
        # What was judged is kept, where it is new.
        kept = history if history and history[-1].share == share else (*history, ProgressPoint(now, share))
        assert found.changes_at == MIDDLE + timedelta(days=days)
        assert health(share, found.changes_at - timedelta(seconds=1), due=due, history=kept).state == found.state
        now, history = found.changes_at, kept
        found = health(share, now, due=due, history=history)
        assert found.state == state
    assert due is not None or found.changes_at is None


def test_the_moment_is_the_same_once_the_judgement_is_kept() -> None:
    first = health(0.5, due=None, history=points((30, 0.3)))
    kept = (*points((30, 0.3)), ProgressPoint(MIDDLE, 0.5))
    assert health(0.5, MIDDLE + timedelta(days=1), due=None, history=kept) == first


def test_a_waiver_that_ends_before_the_date_is_a_risk() -> None:
    ends = ReadinessWarning("waiver_expires", "model.accuracy", "ends", MIDDLE + timedelta(days=3))
    assert health(0.6, warnings=(ends,)).state == "at_risk"
    assert health(0.6, warnings=(replace(ends, at=END + timedelta(days=1)),)).state == "on_track"
    assert health(0.6, warnings=(replace(ends, kind="evidence_expires"),)).state == "on_track"


def test_without_a_start_or_a_required_check_there_is_no_pace() -> None:
    assert health(0.5, created_at=None).state == "no_data"
    assert health(None).state == "no_data"
    assert health(0.5, created_at=None, history=points((50, 0.1))).state == "on_track"


def test_a_date_before_the_start() -> None:
    assert health(0.5, MIDDLE, due=date(2026, 1, 1)).state == "off_track"


def test_the_thresholds_are_in_order() -> None:
    assert 0 < ON_TRACK_GAP < AT_RISK_GAP < 1


@pytest.mark.parametrize(
    ("p50", "p85", "state", "words"),
    [
        (-20, 0, "on_track", "the forecast keeps the target date 2027-04-10 with a chance of 85 %"),
        (0, 1, "at_risk", "the forecast keeps the target date 2027-04-10 with 50 %, but not with 85 %"),
        (1, 9, "off_track", "even with a chance of 50 % the forecast is after the target date 2027-04-10"),
    ],
)
def test_a_forecast_is_held_against_the_target_date(p50: int, p85: int, state: str, words: str) -> None:
    forecast = ForecastStanding(MIDDLE.date(), DUE + timedelta(days=p50), DUE + timedelta(days=p85), "tasks")
    inputs = JudgementInputs(InitiativeFacts("X", target_date=DUE, created_at=START), forecast=forecast)
    # By the pace alone it would be off track.
    found = health_of(inputs, "unknown", 0.0, (), MIDDLE)
    assert (found.state, found.reason, found.changes_at) == (state, words, END)


def test_a_forecast_does_not_save_a_date_that_has_passed_and_asks_for_none() -> None:
    forecast = ForecastStanding(MIDDLE.date(), DUE, DUE, "tasks")
    late = JudgementInputs(InitiativeFacts("X", target_date=DUE, created_at=START), forecast=forecast)
    assert health_of(late, "unknown", 1.0, (), END).state == "off_track"
    free = JudgementInputs(InitiativeFacts("X", created_at=START), forecast=forecast)
    assert health_of(free, "unknown", 1.0, (), MIDDLE).state == "no_data"
