"""The figures of forecasts and of flow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from kpis.charts import Figure, Line, Point, figure
from kpis.scoring.convolution import Finish
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from projects.progress.delivery.flow import FlowDay
from projects.progress.delivery.throughput import Throughput

NEARLY: Final = 0.995
BANDS: Final = (("Done", "--chart-3"), ("Being done", "--chart-1"), ("Waiting", "--line-strong"))


def forecast_figure(
    found: ReadinessForecast, target: date | None = None, otherwise: ReadinessForecast | None = None
) -> Figure:
    """Return the chance that all is done by day, with its bounds, the target date, and what it would be otherwise."""
    shown = [each for each in (found, otherwise) if each is not None and each.p85 is not None]
    days = max((_enough(each.whole) for each in shown), default=0)
    if target is not None and shown and target > found.today:
        days = max(days, min((target - found.today).days + 7, 2 * days))
    lines: list[Line] = []
    if found.p85 is not None:
        # One part alone depends on nothing.
        if len(found.parts) > 1:
            ends = (("At best", found.best), ("At worst", found.worst))
            lines += [Line(name, _chances(each, found.today, days), "--ink-3", "dot") for name, each in ends]
        lines.append(Line("As it is", _chances(found.whole, found.today, days)))
    if otherwise is not None and otherwise.p85 is not None:
        lines.append(Line("Otherwise", _chances(otherwise.whole, found.today, days), "--chart-2"))
    if target is not None and lines and found.today < target <= found.today + timedelta(days=days):
        lines.append(Line("Target date", [(target, 0.0), (target, 1.0)], "--warn", dash="dash"))
    drawn = figure(lines)
    drawn["layout"]["yaxis"] |= {"tickformat": ".0%", "range": [0, 1.02]}
    return drawn


def throughput_figure(found: Throughput) -> Figure:
    """Return the tasks done by week as bars, and by how many the scope grew as a line."""
    drawn = figure(
        [
            Line("Done", [(each.monday, each.done) for each in found.weeks], "--chart-1"),
            Line("Scope grew by", [(each.monday, each.growth) for each in found.weeks], "--warn", mode="lines+markers"),
        ]
    )
    bars = {name: drawn["data"][0][name] for name in ("name", "x", "y", "marker")}
    drawn["data"][0] = {"type": "bar", **bars}
    return drawn


def flow_figure(days: Sequence[FlowDay]) -> Figure:
    """Return the cumulative flow: tasks done, being done and waiting, upon each other."""
    series: tuple[list[Point], ...] = (
        [(each.day, each.done) for each in days],
        [(each.day, each.doing) for each in days],
        [(each.day, each.todo) for each in days],
    )
    drawn = figure(
        [Line(name, points, colour, shape="hv") for (name, colour), points in zip(BANDS, series, strict=True)]
    )
    for trace in drawn["data"]:
        trace |= {"stackgroup": "all", "fillcolor": trace["line"]["color"]}
        trace["line"]["width"] = 0.5
    return drawn


def _chances(finish: Finish, today: date, days: int) -> list[Point]:
    return [(today + timedelta(days=day), round(finish.after(day), 6)) for day in range(days + 1)]


def _enough(finish: Finish) -> int:
    """Return the days after which a distribution has little left to show."""
    return finish.quantile(NEARLY) or len(finish.done)
