"""The kinds of panels, and what can be set of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from kpis.scoring.compared import ALL
from kpis.scoring.dashboards.ranges import NAMES

Kept = Literal["kpi", "filter", "choice", "count", "text"]
COLUMNS: Final = 4
MOST_ROWS: Final = 50
MOST_PANELS: Final = 24
LONGEST_TEXT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to set: a KPI's key, a filter of the portfolio, one of some words, how many rows, or Markdown."""

    name: str
    kept: Kept
    default: Any = ""
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of panel: its usual title, how many of the four columns it takes at first, and its settings."""

    title: str
    width: int
    settings: tuple[Setting, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """Return the settings of a panel of which nothing is set."""
        return {each.name: each.default for each in self.settings}


_KPI: Final = Setting("kpi", "kpi", required=True)
_FILTER: Final = Setting("q", "filter")
_ROWS: Final = Setting("rows", "count", 10)

KINDS: Final[Mapping[str, Kind]] = {
    "kpi_tile": Kind("KPI", 1, (_KPI, Setting("since", "choice", "before", ALL))),
    "kpi_chart": Kind("History of a KPI", 2, (_KPI,)),
    "kpi_board": Kind("KPIs", 4, (_FILTER, Setting("only", "choice", "all", ("all", "attention")), _ROWS)),
    "initiatives": Kind("Initiatives", 4, (_FILTER, _ROWS)),
    "funnel": Kind("How far they get", 2, (_FILTER,)),
    "incidence": Kind("What became of them", 2, (_FILTER,)),
    "warnings": Kind("Early warnings", 4, (_FILTER, _ROWS)),
    "forecast": Kind("What will be ready", 4, (_FILTER, Setting("period", "choice", "", ("", *NAMES)), _ROWS)),
    "delivery": Kind("Delivery", 4, (_FILTER, _ROWS)),
    "value": Kind("Value", 2, (_FILTER, _ROWS)),
    "text": Kind("Text", 2, (Setting("text", "text", required=True),)),
}
