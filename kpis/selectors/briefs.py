"""Views in a few lines, as a mail or a message says them: numbers, what moved, and small histories."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from kpis.models import KPI
from kpis.scoring.blocks import blocks, heights
from kpis.scoring.compared import Since
from kpis.scoring.kpi_words import quantity, short_unit
from kpis.scoring.sentences import verdict_sentence
from kpis.selectors.kpi_pages import line_of
from kpis.selectors.kpi_story import delta_of, multiples_of, offered, way_words
from kpis.selectors.kpis import KpiDetail, kpi_detail
from kpis.selectors.portfolio import PortfolioRow, portfolio
from kpis.selectors.snapshots import readiness_document
from mltrack.accounts.access import Principal
from mltrack.formats import percent
from mltrack.statuses import status_of
from projects.models import Initiative

LINES: Final = 25
SEGMENTS: Final = 12
BAR_STEPS: Final = 24


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One thing in words. `spark` is its history, None where a period is missing, and empty where it has none.

    `meanwhile` is what changes from day to day by itself.
    """

    name: str
    value: str
    moved: str = ""
    standing: str = ""
    spark: tuple[float | None, ...] = ()
    meanwhile: str = ""

    @property
    def blocks(self) -> str:
        """The history as block characters."""
        return blocks(self.spark)

    @property
    def bars(self) -> list[int | None]:
        """The history as heights of bars, 1 to 24."""
        return heights(self.spark, BAR_STEPS) if self.blocks else []

    @property
    def words(self) -> str:
        """All that is said of it but its name and history."""
        return " · ".join(each for each in (self.value, self.moved, self.standing, self.meanwhile) if each)


@dataclass(frozen=True, slots=True)
class Brief:
    """A view in a few lines: sentences first, then its things; `more` counts those that are left out.

    `meanwhile` are further sentences, which change from day to day by themselves.
    """

    said: tuple[str, ...]
    lines: tuple[BriefLine, ...]
    more: int = 0
    meanwhile: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences."""
        return (*self.said, *self.meanwhile)

    @property
    def digest(self) -> str:
        """The SHA-256 as hex of what it says, but for histories and what changes by itself."""
        lines = [(each.name, each.value, each.moved, each.standing) for each in self.lines]
        return hashlib.sha256(json.dumps([self.said, lines, self.more]).encode()).hexdigest()


def since_of(kpi: KPI, query: Mapping[str, str]) -> Since:
    """Return the earlier period that a KPI is compared with."""
    return next((each for each in offered(kpi) if each == query.get("since")), "before")


def kpi_brief(principal: Principal, kpi: KPI, query: Mapping[str, str]) -> Brief:
    """Return where a KPI stands, with its first segments."""
    detail = kpi_detail(kpi)
    line, delta = line_of(detail.standing), delta_of(detail, since_of(kpi, query))
    goal = f"Goal: {line.goal}." if line.goal else "No goal yet."
    moved = f"{delta.words} since {delta.against}" if delta.words else ""
    state = str(status_of("attainment", line.state).word) if line.state else ""
    standing = ", ".join(each for each in (state, line.attainment) if each)
    value = quantity(detail.standing.value, short_unit(kpi.unit)) if detail.standing.at else "no readings yet"
    first = BriefLine(kpi.name, _dated(value, line.period), moved, standing, detail.standing.spark, line.pace)
    segments = _segments(detail)
    more = max(0, len(detail.segments) - SEGMENTS)
    return Brief((goal,), (first, *segments[:SEGMENTS]), more, way_words(detail))


def _segments(detail: KpiDetail) -> list[BriefLine]:
    if not detail.segments:
        return []
    found = multiples_of(detail, timezone.now())
    return [BriefLine(each.segment, _dated(each.value, each.period), each.delta, "", each.spark) for each in found]


def _dated(value: str, period: str) -> str:
    return f"{value} ({period})" if period else value


def portfolio_brief(principal: Principal, target: None, query: Mapping[str, str]) -> Brief:
    """Return the figures of the initiatives that fit the filter, and the first of them by key."""
    found = portfolio(principal, query.get("q", ""), limit=LINES)
    figures = found.figures
    said = [
        f"{figures.ready} of {figures.active} ready for production, {figures.not_ready} not ready, "
        f"{figures.unknown} unknown.",
        f"{figures.on_track} on track, {figures.at_risk} at risk, {figures.off_track} off track.",
    ]
    if figures.attainment is not None:
        said.append(f"KPI attainment, median: {percent(figures.attainment, 0)} over {figures.attainment_n}.")
    return Brief(tuple(said), tuple(_row(each) for each in found.rows), found.total - len(found.rows))


def _row(row: PortfolioRow) -> BriefLine:
    initiative, kpi = row.initiative, row.kpi
    words = f"{status_of('verdict', row.verdict).word}, {status_of('health', row.health).word}"
    blocked = f"{row.blocked_by}" if row.verdict != "ready" and row.blocked_by else ""
    told = "" if kpi is None or kpi.value is None else f"{kpi.name} {quantity(kpi.value, short_unit(kpi.unit))}"
    return BriefLine(f"{initiative.key} {initiative.name}", words, blocked, told, kpi.spark if kpi and told else ())


def initiative_brief(principal: Principal, initiative: Initiative, query: Mapping[str, str]) -> Brief:
    """Return an initiative's verdict, and its sections with what is in their way."""
    document = readiness_document(initiative)
    verdict, health = status_of("verdict", document["verdict"]).word, status_of("health", document["health"]).word
    dates = document["forecast"] or {}
    ahead = (f"Forecast: {dates['p50']} (P50), {dates['p85']} (P85).",) if dates.get("p50") else ()
    said = (f"{verdict}. {verdict_sentence(document)}", f"Health: {health}.")
    return Brief(said, tuple(_section(each, document) for each in document["sections"]), meanwhile=ahead)


def _section(section: Mapping[str, Any], document: Mapping[str, Any]) -> BriefLine:
    ours = {check["id"] for check in section["checks"]}
    blocking = [each["short"] for each in document["blockers"] if each["check"] in ours]
    word = str(status_of("verdict", section["verdict"]).word)
    return BriefLine(section["name"].capitalize(), word, "", ", ".join(blocking))
