"""What views show to people who have a link and no account: no names of people, nothing to do, no way further in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone

from kpis.models import KPI
from kpis.scoring.dashboards.composed import Composed
from kpis.selectors.briefs import since_of
from kpis.selectors.dashboard_page import page_of
from kpis.selectors.header import header_of
from kpis.selectors.kpi_marks import marks_of
from kpis.selectors.kpi_pages import page_of_kpi
from kpis.selectors.kpi_story import ahead_of, delta_of, multiples_of, way_words
from kpis.selectors.kpis import kpi_detail
from kpis.selectors.period_table import period_rows
from kpis.selectors.periods import unit_of
from kpis.selectors.portfolio import PortfolioRow, portfolio
from kpis.selectors.readiness import readiness_page
from kpis.selectors.snapshots import readiness_document
from mltrack.accounts.access import Principal
from mltrack.cells import Cell
from projects.models import Initiative

Rows = Iterable[Sequence[Cell]]
SHOWN: Final = 100
EXPORTED: Final = 1000


def kpi_page(principal: Principal, kpi: KPI, query: Mapping[str, str]) -> dict[str, Any]:
    """Return a KPI's number, its way to the goal, what happened beside it, and its segments, in eleven queries."""
    detail = kpi_detail(kpi)
    multiples = multiples_of(detail, timezone.now())
    return {
        "kpi": kpi,
        "detail": detail,
        "page": page_of_kpi(detail),
        "delta": delta_of(detail, since_of(kpi, query)),
        "ways": way_words(detail),
        "ahead": ahead_of(detail),
        "marks": marks_of(detail),
        "multiples": multiples,
        "span": [value for each in multiples for value in each.spark if value is not None],
    }


def kpi_history(principal: Principal, kpi: KPI, query: Mapping[str, str]) -> Rows:
    """Yield every segment's values by the KPI's own period as text."""
    yield ("segment", "start", "period", "value", "readings")
    yield from period_rows(kpi, unit_of(kpi))


def dashboard_shown(principal: Principal, composed: Composed, query: Mapping[str, str]) -> dict[str, Any]:
    """Return a dashboard with its panels, in as many queries as its own page takes."""
    return {"page": replace(page_of(principal, composed, query), is_shared=True)}


def portfolio_page(principal: Principal, target: None, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the figures and the first hundred initiatives that fit the filter, in two queries."""
    found = portfolio(principal, query.get("q", ""), limit=SHOWN)
    return {"found": found, "q": query.get("q", ""), "rows": found.rows, "more": found.total - len(found.rows)}


def portfolio_rows(principal: Principal, target: None, query: Mapping[str, str]) -> Rows:
    """Yield the first thousand initiatives that fit as text."""
    yield ("key", "name", "stage", "verdict", "health", "accuracy", "coverage", "kpi", "value", "unit")
    for row in portfolio(principal, query.get("q", ""), limit=EXPORTED).rows:
        yield tuple(_cells(row))


def _cells(row: PortfolioRow) -> Iterator[str]:
    each = row.initiative
    yield from (each.key, each.name, each.stage, row.verdict, row.health)
    yield from (_number((found or {}).get("observed")) for found in (row.accuracy, row.coverage))
    yield from (row.kpi.name, _number(row.kpi.value), row.kpi.unit) if row.kpi else ("", "", "")


def initiative_page(principal: Principal, initiative: Initiative, query: Mapping[str, str]) -> dict[str, Any]:
    """Return an initiative's verdict with its sections and what is in the way, as its own page says it."""
    header = header_of(initiative)
    page = readiness_page(initiative, header, None)
    return {"initiative": initiative, "header": header, "document": header.document, "page": page}


def initiative_checks(principal: Principal, initiative: Initiative, query: Mapping[str, str]) -> Rows:
    """Yield every check of the present verdict as text."""
    names = ("id", "title", "result", "required", "observed", "expected", "reason")
    yield ("section", *names)
    for section in readiness_document(initiative)["sections"]:
        for check in section["checks"]:
            yield (section["name"], *(_text(check.get(name)) for name in names))


def _number(value: object) -> str:
    return "" if value is None else repr(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
