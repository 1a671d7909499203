"""How the labels of all initiatives stand: a row each, in a fixed number of queries whatever their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from kpis.models import LabelQuota
from kpis.scoring.labeling.answer import overview_answer
from kpis.scoring.labeling.summary import LabelingSummary, summary_of
from kpis.selectors.labeling import facts_of, rows_by_initiative
from mltrack.accounts.access import Principal
from mltrack.cells import Cell, day_of
from projects.models import Initiative, LabelingProject, LabelingSnapshot, TallyKind
from projects.progress.labeling.coefficients import Bootstrap

ROWS: Final = 25
KINDS: Final = (TallyKind.STATE, TallyKind.CLASS, TallyKind.DAY, TallyKind.PATTERN)
POINT: Final = Bootstrap(resamples=1)
"""The overview shows no intervals of agreement."""
COLUMNS: Final = (
    *("initiative", "name", "total", "labeled", "rate_per_week", "wanted", "missing", "p50", "p85", "reason"),
    *("alpha", "compared", "label_error", "label_error_high", "relabeled"),
)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """How the labels of one initiative stand."""

    initiative: Initiative
    summary: LabelingSummary

    @property
    def wanted(self) -> int:
        """How many labels the quotas in force want."""
        return sum(each.wanted for each in self.summary.quotas.quotas)


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of rows by key, and the key after which the next one begins, "" on the last page."""

    rows: Sequence[OverviewRow]
    after: str


def labeled_initiatives(principal: Principal) -> QuerySet[Initiative]:
    """Return the workspace's initiatives of whose labels something is known or wanted; archived ones are left out."""
    known = (
        Exists(LabelingProject.objects.filter(initiative=OuterRef("pk")))
        | Exists(LabelingSnapshot.objects.filter(initiative=OuterRef("pk")))
        | Exists(LabelQuota.objects.filter(initiative=OuterRef("pk"), valid_to__isnull=True, wanted__gt=0))
    )
    ours = Initiative.objects.filter(known, workspace=principal.workspace, archived_at__isnull=True)
    return ours.select_related("workspace")


def overview_rows(initiatives: Sequence[Initiative], now: datetime) -> list[OverviewRow]:
    """Return the rows of initiatives, in four queries."""
    found = rows_by_initiative(initiatives, KINDS)
    return [OverviewRow(each, summary_of(facts_of(each, found[each.pk], now), POINT)) for each in initiatives]


def labeling_overview(principal: Principal, now: datetime, *, after: str = "", limit: int = ROWS) -> Overview:
    """Return a page of the overview, in five queries."""
    found = list(labeled_initiatives(principal).filter(key__gt=after).order_by("key")[: limit + 1])
    rows = overview_rows(found[:limit], now)
    return Overview(rows, found[limit - 1].key if len(found) > limit else "")


def overview_lines(principal: Principal, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return the whole overview as rows, five queries for each twenty-five."""
    yield COLUMNS
    after: str | None = ""
    while after is not None:
        found = labeling_overview(principal, now, after=after)
        yield from map(_line, found.rows)
        after = found.after or None


def _line(row: OverviewRow) -> tuple[Cell, ...]:
    told = overview_answer(row.initiative.key, row.initiative.name, row.summary)
    quotas, dates, alpha = told["quotas"] or {}, told["forecast"] or {}, told["agreement"] or {}
    error = told["label_error"] or {}
    plain = [told[name] for name in COLUMNS[:5]]
    return (
        *plain,
        *(
            quotas.get("wanted"),
            quotas.get("missing"),
            day_of(dates.get("p50")),
            day_of(dates.get("p85")),
            told["reason"],
        ),
        *(alpha.get("alpha"), alpha.get("tasks")),
        *(error.get("rate"), error.get("high"), error.get("n")),
    )
