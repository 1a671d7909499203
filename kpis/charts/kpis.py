"""The figure of a KPI's page: its history and goals, what happened beside it, and where it goes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from kpis.charts import Figure, Line, Point, figure, kpi_figure
from kpis.selectors.kpi_marks import Mark
from kpis.selectors.kpi_story import Ahead
from kpis.selectors.kpis import KpiDetail

# Of each kind: its name in the legend, its colour and its shape, which differ both.
KINDS: Final = {
    "release": ("Release", "--ok", "triangle-up"),
    "stage": ("Stage", "--chart-3", "square"),
    "goal": ("Goal changed", "--warn", "diamond"),
    "note": ("Note", "--chart-4", "star"),
}


def story_figure(detail: KpiDetail, marks: Sequence[Mark], ahead: Ahead, now: datetime) -> Figure:
    """Return the KPI's figure with marks on its line where something happened, and the forecast with its interval."""
    drawn = kpi_figure(detail, now)
    lines = [*_ahead(detail, ahead), *_marks(detail, marks)]
    if not lines:
        return drawn
    beside = figure(lines)["data"]
    for trace in beside:
        symbols = [symbol for name, _, symbol in KINDS.values() if name == trace["name"]]
        if symbols:
            trace["marker"]["symbol"] = symbols[0]
        elif trace["name"] != "Forecast":
            trace |= {"fill": "toself", "fillcolor": trace["line"]["color"], "opacity": 0.15, "hoverinfo": "skip"}
            trace["line"]["width"] = 0
    drawn["data"] += beside
    drawn["layout"]["showlegend"] = True
    return drawn


def _marks(detail: KpiDetail, marks: Sequence[Mark]) -> list[Line]:
    """Return one line of markers for each kind; a mark lies on the value of the period in which it happened."""
    if not detail.history:
        return []
    starts = [each.start for each in detail.history]
    found = []
    for kind, (name, colour, _symbol) in KINDS.items():
        ours = [mark for mark in marks if mark.kind == kind]
        points = [(mark.day, detail.history[max(0, bisect_right(starts, mark.day) - 1)].value) for mark in ours]
        if points:
            found.append(Line(name, points, colour, mode="markers", notes=[f"{m.day}: {m.words}" for m in ours]))
    return found


def _ahead(detail: KpiDetail, ahead: Ahead) -> list[Line]:
    found = detail.standing
    if not ahead.starts or found.start is None or found.value is None:
        return []
    steps, here = ahead.outlook.steps, (found.start, found.value)
    middle: list[Point] = [here, *((start, step.value) for start, step in zip(ahead.starts, steps, strict=True))]
    upper = [(start, step.high) for start, step in zip(ahead.starts, steps, strict=True)]
    lower = [(start, step.low) for start, step in zip(ahead.starts, steps, strict=True)]
    band: list[Point] = [here, *upper, *reversed(lower), here]
    return [
        Line(f"{ahead.outlook.level:.0%} interval", band, "--chart-2"),
        Line("Forecast", middle, "--chart-2", "dash"),
    ]
