"""The early warnings of initiatives with their words and links, in a fixed number of queries whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import DateTimeField, Exists, Min, OuterRef, QuerySet, Subquery

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.warning_rules import RULES, EarlyWarning, warnings_of
from kpis.selectors.paths import initiative_path, kpi_path
from kpis.selectors.portfolio import fitting_initiatives
from kpis.selectors.warning_facts import gather_facts
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.cells import Cell
from projects.models import Initiative, LabelAudit, StageChange, Update
from projects.models.initiatives import Stage, State
from projects.models.label_audits import AuditState

COLUMNS: Final = ("initiative", "name", "kind", "title", "reason", "what_to_do")


@dataclass(frozen=True, slots=True)
class ShownWarning:
    """A warning with its words and the page on which it is dealt with."""

    kind: str
    title: str
    reason: str
    what_to_do: str
    url: str


@dataclass(frozen=True, slots=True)
class WarnedInitiative:
    """An initiative with what to look at, in the order of the rules."""

    initiative: Initiative
    warnings: tuple[ShownWarning, ...]


def watched_initiatives(principal: Principal, filters: Filters) -> QuerySet[Initiative, Any]:
    """Return the initiatives that fit and may have warnings, by key: neither put away, nor cancelled, nor retired.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    fitting = fitting_initiatives(principal, filters).exclude(state=State.CANCELLED).exclude(stage=Stage.RETIRED)
    moves = StageChange.objects.filter(initiative=OuterRef("pk"))
    past_framing = moves.exclude(stage=Stage.FRAMING).order_by().values("initiative").annotate(first=Min("at"))
    said = Update.objects.filter(initiative=OuterRef("pk")).order_by("-at", "-id")
    audits = LabelAudit.objects.filter(initiative=OuterRef("pk"), state=AuditState.CLOSED)
    return fitting.annotate(
        framed_at=Subquery(past_framing.values("first"), output_field=DateTimeField()),
        paused_at=Subquery(moves.filter(state=State.PAUSED).order_by("-at", "-id").values("at")[:1]),
        said_at=Subquery(said.values("at")[:1]),
        said_until=Subquery(said.values("stale_at")[:1]),
        audited=Exists(audits),
    ).select_related("workspace")


def warned(workspace: Workspace, initiatives: Sequence[Any], now: datetime) -> list[WarnedInitiative]:
    """Return the warnings of initiatives as `watched_initiatives` gives them, in eleven queries."""
    facts = gather_facts(workspace, initiatives, now)
    return [
        WarnedInitiative(each, tuple(_shown(workspace, each, found) for found in warnings_of(told, now)))
        for each, told in zip(initiatives, facts, strict=True)
    ]


def all_warned(principal: Principal, filters: Filters, now: datetime) -> list[WarnedInitiative]:
    """Return the initiatives that have something to look at, by key, in twelve queries."""
    found = warned(principal.workspace, list(watched_initiatives(principal, filters)), now)
    return [each for each in found if each.warnings]


def soonest(found: Iterable[WarnedInitiative], limit: int) -> list[WarnedInitiative]:
    """Return those whose target date comes first; those without one come last, by key."""
    far = date.max
    ordered = sorted(found, key=lambda each: (each.initiative.target_date or far, each.initiative.key))
    return ordered[:limit]


def warning_lines(principal: Principal, filters: Filters, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return all warnings as rows."""
    yield COLUMNS
    for row in all_warned(principal, filters, now):
        for each in row.warnings:
            yield (row.initiative.key, row.initiative.name, each.kind, each.title, each.reason, each.what_to_do)


def _shown(workspace: Workspace, initiative: Initiative, found: EarlyWarning) -> ShownWarning:
    rule = RULES[found.kind]
    base = kpi_path(workspace, found.kpi) if found.kpi else initiative_path(workspace, initiative.key)
    return ShownWarning(found.kind, rule.title, found.reason, rule.todo, base + rule.place)
