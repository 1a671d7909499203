"""What the panels about the portfolio as a whole show: how far initiatives get, and what to look at early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kpis.scoring.dashboards.composed import PanelSpec
from kpis.scoring.dashboards.plain import DRAWN
from kpis.scoring.portfolio_analysis.curve import Curve
from kpis.scoring.portfolio_analysis.funnel import FunnelStage
from kpis.scoring.portfolio_analysis.incidence import IncidenceStep
from kpis.scoring.portfolio_analysis.words import AFTER, funnel_words, incidence_words, monthly, share_words
from kpis.scoring.wording import counted
from kpis.selectors.analysis_page import HorizonRow
from kpis.selectors.kept_analysis import TABLES, Analysis, analysis_of
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.portfolio_histories import Asked
from kpis.selectors.portfolio_warnings import ShownWarning, WarnedInitiative, all_warned, soonest


@dataclass(frozen=True, slots=True)
class FunnelData:
    """How many of `n` initiatives got how far."""

    says: str
    n: int
    stages: tuple[FunnelStage, ...]


@dataclass(frozen=True, slots=True)
class IncidenceData:
    """What became of `n` initiatives by days since they began; `steps` are (day, step) a month apart."""

    says: str
    n: int
    horizons: tuple[HorizonRow, ...]
    steps: tuple[tuple[int, IncidenceStep], ...]
    curve: Curve | None = field(metadata=DRAWN)


@dataclass(frozen=True, slots=True)
class WarnedRow:
    """An initiative with what to look at."""

    key: str
    name: str
    stage: str
    warnings: tuple[ShownWarning, ...]


@dataclass(frozen=True, slots=True)
class WarningsData:
    """Initiatives with early warnings, by target date; `total` are those of which `rows` are the first."""

    says: str
    rows: tuple[WarnedRow, ...]
    total: int


def read_histories(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[FunnelData | IncidenceData]:
    """Return the data of each funnel and incidence, in two queries a filter; of all in one where they are kept."""
    known: dict[str, Analysis] = {}
    for spec in specs:
        filters = asked.both(spec.settings)
        if filters.text not in known:
            known[filters.text] = analysis_of(asked.principal, Asked(filters), asked.now, asked.stamp(TABLES))
    shown = [(each.kind, known[asked.both(each.settings).text]) for each in specs]
    return [_funnel(found) if kind == "funnel" else _incidence(found) for kind, found in shown]


def read_warnings(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[WarningsData]:
    """Return the data of each panel, in twelve queries for each filter."""
    known: dict[str, Any] = {}
    for spec in specs:
        filters = asked.both(spec.settings)
        if filters.text not in known:
            known[filters.text] = all_warned(asked.principal, filters, asked.now)
    return [_warnings(known[asked.both(each.settings).text], each.settings["rows"]) for each in specs]


def _funnel(known: Analysis) -> FunnelData:
    return FunnelData(funnel_words(known.funnel), len(known.histories), known.funnel)


def _incidence(known: Analysis) -> IncidenceData:
    found = known.incidence
    horizons = [
        HorizonRow(AFTER[each.days], share_words(each.production), share_words(each.cancelled), each.followed)
        for each in found.horizons
    ]
    return IncidenceData(
        incidence_words(found), len(known.histories), tuple(horizons), tuple(monthly(found.steps)), known.curve
    )


def _warnings(found: Sequence[WarnedInitiative], rows: int) -> WarningsData:
    says = f"{counted(len(found), 'initiative')} with early warnings." if found else "Nothing to warn of."
    shown = [
        WarnedRow(each.initiative.key, each.initiative.name, each.initiative.stage, each.warnings)
        for each in soonest(found, rows)
    ]
    return WarningsData(says, tuple(shown), len(found))
