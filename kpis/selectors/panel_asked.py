"""What all panels of a dashboard are asked alike, and how a panel's own filter joins that of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kpis.scoring.dashboards.ranges import Range
from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.row_versions import Stamp, Versions
from mltrack.accounts.access import Principal


@dataclass(frozen=True, slots=True)
class PanelsAsked:
    """For whom, when, about which initiatives and which time panels are read; `versions` of what they rest on."""

    principal: Principal
    now: datetime
    today: date
    filters: Filters
    range: Range
    versions: Versions | None = None

    def stamp(self, tables: Iterable[str]) -> Stamp:
        """Return what changes with any row of these tables, () where nobody asked for it."""
        return self.versions.of(tables) if self.versions else ()

    def both(self, settings: Mapping[str, Any]) -> Filters:
        """Return a panel's own filter together with the page's: all words of both must hold."""
        own, page = parse_filters(settings.get("q", "")), self.filters
        text = f"{own.text} {page.text}".strip()
        return Filters(text, (*own.terms, *page.terms), (*own.errors, *page.errors))
