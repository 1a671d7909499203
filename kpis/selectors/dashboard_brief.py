"""A dashboard in a few lines: what each panel says, its KPIs, and what will be ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kpis.scoring.dashboards.arrivals import Arrival
from kpis.scoring.dashboards.board import BoardRow
from kpis.scoring.dashboards.composed import Composed
from kpis.selectors.briefs import LINES, Brief, BriefLine
from kpis.selectors.dashboard_page import page_of
from kpis.selectors.panel_initiatives import ForecastData
from kpis.selectors.panel_kpis import BoardData, TileData
from mltrack.accounts.access import Principal
from mltrack.statuses import status_of


def dashboard_brief(principal: Principal, composed: Composed, query: Mapping[str, str]) -> Brief:
    """Return what the panels say in their order, and each KPI and initiative that they show, once."""
    panels = [each for each in page_of(principal, composed, query).panels if not each.problem]
    said = tuple(_said(each.title, each.data.says) for each in panels if hasattr(each.data, "says"))
    lines = {line.name: line for each in panels for line in _lines(each.data)}
    return Brief(said, tuple(lines.values())[:LINES], max(0, len(lines) - LINES))


def _said(title: str, says: str) -> str:
    return f"{title} {says}" if title.endswith("?") else f"{title}: {says}"


def _lines(data: Any) -> Iterator[BriefLine]:
    if isinstance(data, BoardData):
        yield from map(_kpi, data.rows)
    elif isinstance(data, TileData):
        yield _kpi(data.row)
    elif isinstance(data, ForecastData):
        yield from map(_arrival, data.rows)


def _kpi(row: BoardRow) -> BriefLine:
    moved = f"{row.delta} since {row.against}" if row.delta and row.against else row.delta
    state = str(status_of("attainment", row.state).word) if row.state else ""
    standing = ", ".join(each for each in (state, row.attainment_words) if each)
    return BriefLine(row.name, f"{row.value} {row.unit}".strip(), moved, standing, row.spark, row.pace)


def _arrival(row: Arrival) -> BriefLine:
    word = str(status_of("chance", row.chance).word)
    days = f"P50 {row.p50:%Y-%m-%d}, P85 {row.p85:%Y-%m-%d}" if row.p50 and row.p85 else ""
    return BriefLine(f"{row.key} {row.name}", word, "", row.in_the_way, (), days)
