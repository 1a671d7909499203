"""Will it get there? From the target date against the forecast or the pace, the trend and what is about to end.

Where a date is credible the forecast is held against the target date: at risk where P85 is later, off track where P50
is. Else the pace stands in for it. It compares two shares: of the required checks that stand, and of the time from the
start to the end of the target date. A straight line is a simple expectation on purpose: it needs no history and anyone
can redo it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.inputs import JudgementInputs, ProgressPoint
from kpis.scoring.results import Health, HealthState, ReadinessWarning, Verdict
from kpis.scoring.wording import percent
from mltrack.days import begin_of

# How far the share of checks may lie behind the share of time.
ON_TRACK_GAP = 0.10
AT_RISK_GAP = 0.30
# A change of the share within TREND_DAYS that counts as one; a shorter history than LEAST_HISTORY_DAYS is none.
TREND_STEP = 0.05
TREND_DAYS = 28
LEAST_HISTORY_DAYS = 7
WORSE: dict[HealthState, HealthState] = {"on_track": "at_risk", "at_risk": "off_track", "off_track": "off_track"}


def health_of(
    inputs: JudgementInputs, verdict: Verdict, share: float | None, warnings: Sequence[ReadinessWarning], now: datetime
) -> Health:
    """Return the computed health, from 0…1 shares and UTC moments."""
    initiative = inputs.initiative
    if initiative.state != "active":
        return Health("no_data", f"the initiative is {initiative.state}")
    if verdict == "ready":
        return Health("on_track", "it is ready")
    trend = trend_of(inputs.history, share, now)
    if initiative.target_date is None:
        return replace(_without_date(trend), changes_at=_turn(inputs.history, share, now, _rises))
    end = begin_of(initiative.zone, initiative.target_date + timedelta(days=1))
    if now >= end:
        return Health("off_track", f"the target date {initiative.target_date} has passed and it is not ready")
    start = initiative.created_at or (inputs.history[0].at if inputs.history else None)
    if inputs.forecast is not None:
        expected = _by_forecast(inputs.forecast, initiative.target_date, end)
    elif share is None or start is None:
        return Health("no_data", "no check is required, so there is no pace to compare")
    else:
        expected = _by_pace(share, start, end, now)
    found = _with_cautions(expected, trend, warnings, end)
    turn = _turn(inputs.history, share, now, _falls)
    return replace(found, changes_at=min((each for each in (found.changes_at, turn) if each), default=None))


def trend_of(history: Sequence[ProgressPoint], share: float | None, now: datetime) -> float | None:
    """Return by how much the share changed within the last 28 days, None when the history is too short to say."""
    old = [point for point in history if point.at <= now - timedelta(days=LEAST_HISTORY_DAYS)]
    if share is None or not old:
        return None
    before = [point for point in old if point.at <= now - timedelta(days=TREND_DAYS)]
    return share - (before[-1] if before else old[0]).share


def _rises(trend: float | None) -> bool | None:
    return None if trend is None else trend >= TREND_STEP


def _falls(trend: float | None) -> bool:
    return trend is not None and trend <= -TREND_STEP


def _turn(
    history: Sequence[ProgressPoint], share: float | None, now: datetime, meaning: Callable[[float | None], bool | None]
) -> datetime | None:
    """Return when the trend next means something else although nothing happens, None where it never does.

    A present share that is new becomes a point of the history once it is kept, so it counts as one here.
    """
    if share is None:
        return None
    points = history if history and history[-1].share == share else (*history, ProgressPoint(now, share))
    moments = [(points[0].at + timedelta(days=LEAST_HISTORY_DAYS), share - points[0].share)]
    moments += [(each.at + timedelta(days=TREND_DAYS), share - each.share) for each in points]
    present = meaning(trend_of(history, share, now))
    return next((at for at, trend in moments if at > now and meaning(trend) != present), None)


def _without_date(trend: float | None) -> Health:
    if trend is None:
        return Health("no_data", "there is no target date and no history of a week")
    if _rises(trend):
        return Health("on_track", "there is no target date, but more checks pass than four weeks ago")
    return Health("at_risk", "there is no target date, and no more checks pass than four weeks ago")


def _by_forecast(forecast: ForecastStanding, target: date, end: datetime) -> Health:
    """Compare the dates of the forecast with the target date; the reason does not name them, since they move daily."""
    if forecast.p50 > target:
        return Health("off_track", f"even with a chance of 50 % the forecast is after the target date {target}", end)
    if forecast.p85 > target:
        return Health("at_risk", f"the forecast keeps the target date {target} with 50 %, but not with 85 %", end)
    return Health("on_track", f"the forecast keeps the target date {target} with a chance of 85 %", end)


def _by_pace(share: float, start: datetime, end: datetime, now: datetime) -> Health:
    span = end - start
    expected = 1.0 if span <= timedelta(0) else min(1.0, max(0.0, (now - start) / span))
    gap = share - expected
    words = f"{percent(round(share, 2))} of the required checks stand after {percent(round(expected, 2))} of the time"
    if gap >= -ON_TRACK_GAP:
        return Health("on_track", words, _crossing(start, end, share + ON_TRACK_GAP))
    if gap >= -AT_RISK_GAP:
        return Health("at_risk", words, _crossing(start, end, share + AT_RISK_GAP))
    return Health("off_track", words)


def _crossing(start: datetime, end: datetime, expected: float) -> datetime:
    """Return when the expected share comes to a level, at the latest the end. One second later it is past it."""
    return min(end, start + (end - start) * expected + timedelta(seconds=1)) if expected < 1 else end


def _with_cautions(health: Health, trend: float | None, warnings: Sequence[ReadinessWarning], end: datetime) -> Health:
    if _falls(trend):
        health = replace(
            health, state=WORSE[health.state], reason=f"{health.reason}; fewer checks stand than four weeks ago"
        )
    ending = [each for each in warnings if each.kind == "waiver_expires" and each.at is not None and each.at < end]
    if ending and health.state == "on_track":
        health = replace(health, state="at_risk", reason=f"{health.reason}; a waiver ends before the target date")
    return health
