"""What panels show, kept by each process until a row that they rest on changes.

One query asks for the versions of all rows that they read (`row_versions`). The clock moves what they show only where a
day begins somewhere, as it does for `kept_standings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.utils.safestring import SafeString

from kpis.scoring.dashboards.composed import PanelSpec
from kpis.scoring.dashboards.ranges import Range
from kpis.selectors.kept_standings import quarter_of
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.row_versions import TABLES, Stamp, versions_of
from mltrack.accounts.access import Principal

KEPT: Final = 16
BOARD: Final = "kpi_board"
KINDS: Final = frozenset({BOARD, "initiatives", "forecast", "funnel", "incidence", "value"})
# Readings and goals are looked at for boards alone.
_OTHERS: Final = TABLES - {"kpis_goal", "kpis_reading"}
Read = Callable[[PanelsAsked, Sequence[PanelSpec]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The data of a panel, and what was drawn of it so far, by how it was asked for; None where nothing is kept."""

    data: Any
    drawn: dict[Any, SafeString] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked, and the stamp of the rows that answer it; who reads it, and how, makes no difference."""

    workspace: int
    user: int | None
    panels: str
    filters: str
    range: Range
    quarter: datetime
    stamp: Stamp
    asked: PanelsAsked = field(compare=False)
    specs: Sequence[PanelSpec] = field(compare=False)
    read: Read = field(compare=False)


def may_be_kept(asked: PanelsAsked, spec: PanelSpec) -> bool:
    """Say whether what a panel shows rests on rows alone; who waits to be judged, the database's clock says."""
    if spec.kind not in KINDS:
        return False
    filters = asked.both(spec.settings)
    return not filters.errors and not any(term.word == "is" and "pending" in term.values for term in filters.terms)


def kept_panels(asked: PanelsAsked, specs: Sequence[PanelSpec], read: Read) -> tuple[Kept, ...]:
    """Return what panels show, each of which may be kept: in one query where they are, else `read` asks for it."""
    if not specs:
        return ()
    workspace, quarter = asked.principal.workspace, quarter_of(asked.now)
    terms = [term for each in specs for term in asked.both(each.settings).terms]
    user = asked.principal.user if any("@me" in term.values for term in terms) else None
    tables = TABLES if any(each.kind == BOARD for each in specs) else _OTHERS
    versions = versions_of(workspace.pk, tables)
    anybody = Principal(workspace=workspace, role="viewer", user=user)
    question = _Question(
        workspace=workspace.pk,
        user=user.pk if user else None,
        panels=json.dumps([[each.kind, dict(each.settings)] for each in specs], sort_keys=True),
        filters=asked.filters.text,
        range=asked.range,
        quarter=quarter,
        stamp=versions.of(tables),
        asked=replace(asked, now=quarter, principal=anybody, versions=versions),
        specs=specs,
        read=read,
    )
    return _kept(question)


@lru_cache(maxsize=KEPT)
def _kept(question: _Question) -> tuple[Kept, ...]:
    """Return what is read now; the stamp names rows that may be newer but never older."""
    return tuple(map(Kept, question.read(question.asked, question.specs)))
