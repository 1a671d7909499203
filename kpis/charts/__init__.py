"""Figures for the page's charts, as plain JSON. The only module that knows Plotly.

A colour is the name of a page's token, such as `--bad`: the page reads what it stands for in its theme. Series
have at most 2,000 points. A missing value is a gap, never bridged. Plotly reads names as HTML: they are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from html import escape
from typing import Any

import plotly.graph_objects as go

from kpis.models import Goal, Target
from kpis.scoring.evaluations.answer import curve_answer
from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.report import Report, drawn_curve
from kpis.scoring.labeling.over_time import Period
from kpis.scoring.labeling.training_sizes import LearningCurve
from kpis.selectors.kpis import HISTORY, KpiDetail
from kpis.selectors.periods import timeline
from kpis.selectors.target_history import TargetHistory
from projects.progress.labeling.burnup import Burnup

MOST_POINTS = 2_000
MOST_MARKS = 500
STEADY = 0.05
Moment = date | datetime
Point = tuple[Any, float | None]
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, its points in order (moment or step, value), and how it is drawn.

    `notes` says instead of the numbers what is shown where the pointer rests, one for each point.
    """

    name: str
    points: Sequence[Point]
    colour: str = "--chart-1"
    dash: str = "solid"
    mode: str = "lines"
    muted: bool = False
    shape: str = "linear"
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A version of a goal or target: from when to when which value held; `proposed` ones are only dotted."""

    start: Moment
    end: Moment
    value: float
    proposed: bool = False


def kpi_figure(detail: KpiDetail, now: datetime) -> Figure:
    """Return the figure of a KPI's page: goals in force or proposed reach to their due date, earlier ones to their end.

    A version of a goal without a target is not drawn.
    """
    kpi, goal = detail.standing.kpi, detail.standing.goal
    pace: list[Point] = []
    if goal and goal.start and goal.due and goal.baseline is not None and goal.target is not None:
        pace = [(goal.start, goal.baseline), (goal.due, goal.target)]
    lines = [line for version in detail.goals for line in _goal_versions(version, now)]
    return kpi_history(timeline(kpi, detail.history, HISTORY), lines, pace, kpi.unit)


def target_figure(history: TargetHistory, now: datetime) -> Figure:
    """Return the figure of one target: what runs reported, the best so far, and every version that held or waits.

    A version that asked for less than the one before is marked, with who wanted it and why.
    """
    observed: list[Point] = [(each.ended, each.value) for each in history.points]
    lines = [Line(history.line.metric, observed, mode="markers", muted=True)]
    if history.best:
        best = [*history.best, replace(history.best[-1], ended=history.points[-1].ended)]
        lines.append(Line("Best so far", [(each.ended, each.value) for each in best], shape="hv"))
    versions = [found for version in reversed(history.line.versions) for found in _target_versions(version, now)]
    # With markers, a version that began a moment ago is seen too.
    lines += [replace(each, mode="lines+markers") for each in _goal_lines(versions, "Target")]
    if history.loosened:
        marks = [(each.at, each.value) for each in history.loosened]
        notes = [each.words for each in history.loosened]
        lines.append(Line("Loosened", marks, "--bad", mode="markers", notes=notes))
    return figure(lines)


def kpi_history(
    points: Sequence[Point], goals: Sequence[GoalLine], pace: Sequence[Point] = (), unit: str = ""
) -> Figure:
    """Return a KPI's values by period with every version of its goal, and the pace from baseline to target.

    `pace` are the two ends of the straight line that time expects, empty where there is none.
    """
    lines = [Line("Value", points, mode="lines+markers" if len(points) < 60 else "lines"), *_goal_lines(goals, "Goal")]
    if pace:
        lines.append(Line("Expected by now", pace, "--chart-8", "dot", muted=True))
    return figure(lines, y_title=unit)


def metric_history(points: Sequence[Point], name: str, target: float | None = None, x_title: str = "Step") -> Figure:
    """Return one metric over the steps of a run, with its target as a dashed line."""
    lines = [Line(name, points, mode="lines+markers" if len(points) < 60 else "lines")]
    numbers = [place for place, _ in points]
    if target is not None and numbers:
        ends = [(numbers[0], target), (numbers[-1], target)]
        lines.append(Line("Target", ends, "--warn", "dash"))
    return figure(lines, x_title=x_title)


def labeling_figure(found: Burnup) -> Figure:
    """Return the burn-up of labels: labeled tasks under the tasks in scope, whose changes are marked."""
    lines = [
        Line("Tasks", [(each.day, each.total) for each in found.points], "--chart-8", shape="hv"),
        Line("Labeled", [(each.day, each.labeled) for each in found.points]),
    ]
    totals, changes = {each.day: each.total for each in found.points}, found.scope_changes[-MOST_MARKS:]
    if changes:
        marks = [(each.day, totals[each.day]) for each in changes]
        notes = [f"{each.day}: {each.added:+,} tasks" for each in changes]
        lines.append(Line("Scope changed", marks, "--warn", mode="markers", notes=notes))
    return figure(lines)


def learning_figure(found: LearningCurve) -> Figure:
    """Return accuracy by training size: runs with their intervals, the best curve, the target and where it is met."""
    runs = figure([Line("Runs", [(each.labels, each.value) for each in found.points], mode="markers")], "Labels")
    ends = [each.interval for each in found.points]
    if all(ends):
        above = [max(0.0, e.high - p.value) for e, p in zip(ends, found.points) if e]
        below = [max(0.0, p.value - e.low) for e, p in zip(ends, found.points) if e]
        bars = {"type": "data", "array": above, "arrayminus": below, "color": "--chart-1", "thickness": 1}
        runs["data"][0]["error_y"] = bars
    needed, sizes = found.needed, [each.labels for each in found.points]
    lines: list[Line] = []
    if needed is not None and sizes:
        most = max(*sizes, needed.high or 0, 2)
        steps = sorted({round(min(sizes) * (most / min(sizes)) ** (each / 60)) for each in range(61)})
        if needed.curve is not None:
            lines.append(Line("Best curve", [(each, needed.curve.at(each)) for each in steps], "--chart-2"))
        lines.append(Line("Target", [(steps[0], needed.target), (steps[-1], needed.target)], "--warn", dash="dash"))
        if needed.low is not None and needed.high is not None:
            reached: list[Point] = [(needed.low, needed.target), (needed.high, needed.target)]
            lines.append(Line("Labels needed, 95 %", reached, "--good", mode="lines+markers"))
    drawn = figure(lines, "Labels", "Accuracy")
    runs["data"] += drawn["data"]
    runs["layout"] = {**drawn["layout"], "showlegend": True, "hovermode": "closest"}
    runs["layout"]["xaxis"]["type"] = "log"
    return runs


def agreement_figure(periods: Sequence[Period]) -> Figure:
    """Return Krippendorff's alpha by week or month between the bounds that decide; periods without one are left out."""
    told = [each for each in periods if each.value is not None]
    bounded = [(each.first, each.bounds) for each in told if each.bounds is not None]
    return figure(
        [
            Line("Alpha", [(each.first, each.value) for each in told]),
            Line("Lower bound", [(first, bounds.low) for first, bounds in bounded], "--chart-8"),
            Line("Upper bound", [(first, bounds.high) for first, bounds in bounded], "--chart-8"),
        ]
    )


def evaluation_figure(report: Report) -> Figure:
    """Return accuracy against coverage with its band, dashed targets, and the points that were found on it.

    The trace whose `meta` is "mark" is the threshold shown: the page moves it.
    """
    points = [curve_answer(point) for point in drawn_curve(report.facts) if point.accepted]
    covered = [each["coverage"] for each in points]
    ends = [each["high"] for each in points] + [each["low"] for each in reversed(points)]
    band = {"x": covered + covered[::-1], "y": ends, "fill": "toself", "opacity": 0.15, "hoverinfo": "skip"}
    curve = {"x": covered, "y": [each["accuracy"] for each in points]}
    traces = [
        _drawn("95 % band of the accuracy", "--chart-1", mode="lines", line={"width": 0}, showlegend=False, **band),
        _drawn("Accuracy", "--chart-1", mode="lines", line={"width": 2}, showlegend=False, **curve),
        *_target_lines(report),
        *_found_points(report),
    ]
    layout = _layout("Coverage", "Accuracy", len(traces))
    for name in ("xaxis", "yaxis"):
        layout[name]["tickformat"] = ".0%"
    layout["yaxis"]["range"] = [_floor_of(report), 1.01]
    return {"data": traces, "layout": {**layout, "hovermode": "closest"}}


def _floor_of(report: Report) -> float:
    """Return where the axis of accuracy begins: the few strictest cases swing widely and would flatten the rest."""
    rates = [point.accuracy or 0.0 for point in drawn_curve(report.facts) if (point.coverage or 0) >= STEADY]
    target = report.shown.accuracy
    return max(0.0, min([*rates, target.value if target else 1.0], default=0.0) - 0.04)


def _target_lines(report: Report) -> list[Figure]:
    found = report.shown
    lines: list[tuple[str, list[float], list[float]]] = []
    if found.accuracy is not None:
        lines.append(("Accuracy target", [0, 1], [found.accuracy.value] * 2))
    if found.coverage is not None:
        lines.append(("Coverage target", [found.coverage.value] * 2, [0, 1]))
    options: dict[str, Any] = {"mode": "lines", "line": {"dash": "dash", "width": 2}, "hoverinfo": "name"}
    return [_drawn(name, "--warn", x=x, y=y, showlegend=False, **options) for name, x, y in lines]


def _found_points(report: Report) -> list[Figure]:
    choice = report.judged.choice
    marks: list[tuple[str, str, str, CurvePoint | None]] = [
        ("Guaranteed", "--chart-3", "diamond", choice.guaranteed.point if choice and choice.guaranteed else None),
        ("Observed, not guaranteed", "--chart-2", "circle-open", choice.observed if choice else None),
        ("SGR", "--chart-4", "square-open", choice.sgr.point if choice and choice.sgr else None),
        ("This threshold", "--ink", "cross-thin", report.shown.point),
    ]
    return [
        _drawn(
            name,
            colour,
            mode="markers",
            marker={"symbol": symbol, "size": 13, "line": {"width": 2.5}},
            meta="mark" if name == "This threshold" else "",
            x=[point.coverage],
            y=[point.accuracy],
        )
        for name, colour, symbol, point in marks
        if point is not None
    ]


def _drawn(name: str, colour: str, **options: Any) -> Figure:
    """Return a trace of an evaluation's figure as plain JSON."""
    trace: Figure = go.Scatter(name=escape(name), **options).to_plotly_json()
    for part in ("line", "marker"):
        trace.setdefault(part, {})["color"] = colour
    trace["marker"].setdefault("line", {})["color"] = colour
    return {**trace, "fillcolor": colour} if "fill" in options else trace


def figure(lines: Sequence[Line], x_title: str = "", y_title: str = "") -> Figure:
    """Return a figure of lines as `{data, layout}` of plain lists."""
    return {"data": [_trace(line) for line in lines], "layout": _layout(x_title, y_title, len(lines))}


def _layout(x_title: str, y_title: str, traces: int) -> Figure:
    return {
        "xaxis": {"title": {"text": escape(x_title)}},
        "yaxis": {"title": {"text": escape(y_title)}},
        "margin": {"l": 48, "r": 16, "t": 8, "b": 40},
        "showlegend": traces > 1,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified",
    }


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """Return at most `most` points: the first and last, and of each stretch the lowest, the highest and a gap."""
    if len(points) <= most:
        return list(points)
    stretches, inner = max(1, (most - 2) // 3), len(points) - 2
    kept = {0, len(points) - 1}
    for number in range(stretches):
        places = range(1 + number * inner // stretches, 1 + (number + 1) * inner // stretches)
        known = [(value, place) for place in places if (value := points[place][1]) is not None]
        gaps = (place for place in places if points[place][1] is None)
        kept |= {min(known)[1], max(known)[1]} if known else set()
        kept |= {place for place in (next(gaps, None),) if place is not None}
    return [points[place] for place in sorted(kept)]


def _trace(line: Line) -> Figure:
    """Return one series as plotly writes it; building it from plotly's classes takes thirty times as long."""
    points = thinned(line.points)
    trace: Figure = {
        "type": "scatter",
        "name": escape(line.name),
        "x": [_plain(place) for place, _ in points],
        "y": [value for _, value in points],
        "mode": line.mode,
        "line": {"dash": line.dash, "width": 2, "shape": line.shape, "color": line.colour},
        "marker": {"color": line.colour},
        "opacity": 0.5 if line.muted else 1,
        "connectgaps": False,
    }
    if line.notes:
        trace["marker"] |= {"symbol": "diamond", "size": 11}
        trace |= {"hovertemplate": "%{text}<extra></extra>", "text": [escape(note) for note in line.notes]}
    return trace


def _goal_lines(versions: Sequence[GoalLine], name: str) -> list[Line]:
    """Return one line with a gap between versions that were in force, and one with those that only wait."""
    lines = []
    for waits, label, dash in ((False, name, "dash"), (True, f"{name}, proposed", "dot")):
        points: list[Point] = []
        for each in versions:
            if each.proposed == waits:
                points += [(each.start, each.value), (each.end, each.value), (each.end, None)]
        if points:
            lines.append(Line(label, points[:-1], "--warn", dash, muted=waits))
    return lines


def _goal_versions(goal: Goal, now: datetime) -> list[GoalLine]:
    waits = goal.state == "proposed"
    start = goal.created_at if waits else goal.valid_from
    ends = [value for value in (goal.target, goal.low, goal.high) if value is not None]
    if start is None:
        return []
    end = goal.valid_to or now
    if goal.valid_to is None and goal.due is not None:
        end = max(now, datetime.combine(goal.due, time(), UTC))
    return [GoalLine(start, end, value, proposed=waits) for value in ends]


def _target_versions(target: Target, now: datetime) -> list[GoalLine]:
    waits = target.state == "proposed"
    start = target.created_at if waits else target.valid_from
    if start is None or target.withdraws:
        return []
    ends = [value for value in (target.value, target.high) if value is not None]
    return [GoalLine(start, target.valid_to or now, value, proposed=waits) for value in ends]


def _plain(place: Any) -> Any:
    return place.isoformat() if isinstance(place, date) else place
