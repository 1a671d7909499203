"""The portfolio: one row per initiative and four figures on top, in two queries whatever the history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, StringAgg
from django.db import connection
from django.db.models import (
    Count,
    F,
    FilteredRelation,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from kpis.scoring.filters import Filters, parse_filters
from kpis.scoring.portfolio import PortfolioRow as Rolled
from kpis.scoring.portfolio import Rollup, roll_up
from kpis.selectors.main_kpis import MainKpi, kpis_of, told_kpi
from kpis.selectors.pending import waits
from kpis.selectors.portfolio_filters import narrow
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.prepared import Prepared
from mltrack.rows import next_object
from projects.models import Initiative, Update
from projects.progress.rhythm import stale_at

ROWS = 25
# What stands in for a workspace and a key where statements are built, and what comes as JSON.
NOWHERE, AFTER = -1, "\N{SYMBOL FOR NULL}"
TOLD_IN_JSON = ("summary", "said")
# Read as text and parsed once: the database takes ten times as long to put JSON together.
_SHARES = KeyTextTransform("attainments", "summary")
TALLY = {
    "count": Count("pk"),
    "shares": StringAgg("shares_text", ",", default=Value("")),
    "unread": ArrayAgg("pk", filter=Q(shares_text__isnull=True), default=Value([])),
}


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One initiative as a portfolio shows it.

    `accuracy` and `coverage` are `{result, observed, expected, n, low, high}` of the candidate, None before a
    judgement. `declared` is `{health, by, at, fades}`, None where nobody declared one; `differs` says that it
    is another health than the computed one. `blocked_by` has at most five words. The KPI is as the last judgement found
    it; `pending` says that it waits to be judged. `live_not_ready` says that the candidate runs in production and
    breaks a required check.
    """

    initiative: Initiative
    verdict: str
    health: str
    score: float | None
    candidate: str
    live_not_ready: bool
    accuracy: dict[str, Any] | None
    coverage: dict[str, Any] | None
    blocked_by: str
    blockers: int
    warnings: int
    waivers: int
    declared: dict[str, Any] | None
    differs: bool
    kpi: MainKpi | None
    pending: bool
    judged_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A page of rows in order of their keys, the figures over all that fit the filter, and where to go on."""

    rows: tuple[PortfolioRow, ...]
    figures: Rollup
    total: int
    after: str
    filters: Filters


def portfolio(principal: Principal, filters: Filters | str = "", *, limit: int = ROWS, after: str = "") -> Portfolio:
    """Return the portfolio that fits a filter, from the key after `after`.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    asked = parse_filters(filters) if isinstance(filters, str) else filters
    now = timezone.now()
    if asked.text:
        fitting = fitting_initiatives(principal, asked)
        page, tallies = list(_page(fitting, after, limit)), list(_tallies(fitting))
    else:
        workspace = principal.workspace.pk
        page = _initiatives(*_fetched(_page_of_all(limit), {"workspace": workspace, "after": after}))
        names, counted = _fetched(_tally_of_all(), {"workspace": workspace})
        tallies = [dict(zip(names, each, strict=True)) for each in counted]
    unread = kpis_of([pk for tally in tallies for pk in tally["unread"]], now) if _any_unread(tallies) else {}
    figures = roll_up([_tally(each, unread) for each in tallies])
    total = sum(each["count"] for each in tallies)
    rows = _rows(page[:limit], unread, now)
    return Portfolio(rows, figures, total, page[limit - 1].key if len(page) > limit else "", asked)


def portfolio_initiatives(principal: Principal, filters: Filters) -> QuerySet[Initiative, Any]:
    """Return the initiatives that fit, by key, annotated for `portfolio_rows`. Raises ValidationError({"q": texts})."""
    return _told(fitting_initiatives(principal, filters))


def portfolio_rows(initiatives: Sequence[Any]) -> tuple[PortfolioRow, ...]:
    """Return the rows of annotated initiatives; those that were never judged cost three further queries together."""
    now = timezone.now()
    unread = [each.pk for each in initiatives if "kpi" not in (each.summary or {})]
    return _rows(initiatives, kpis_of(unread, now) if unread else {}, now)


def fitting_initiatives(principal: Principal, filters: Filters, *, archived: bool = False) -> QuerySet[Initiative, Any]:
    """Return the initiatives that fit with their verdict, by key; with `archived` those put away, too.

    Raises ValidationError({"q": texts}).
    """
    judged = (
        Initiative.objects.filter(workspace=principal.workspace)
        .annotate(latest=FilteredRelation("snapshots", condition=Q(snapshots__is_latest=True)))
        .annotate(
            verdict=Coalesce(F("latest__verdict"), Value("unknown")),
            health=Coalesce(F("latest__health"), Value("no_data")),
            summary=F("latest__summary"),
        )
        .order_by("key")
    )
    return narrow(judged, filters, principal, principal.today, archived=archived)


def _told(fitting: QuerySet[Initiative, Any]) -> QuerySet[Initiative, Any]:
    """Return the initiatives with what else a row says."""
    declared = Update.objects.filter(initiative=OuterRef("pk")).order_by("-at", "-id")
    named = declared.values(
        said=JSONObject(
            health="health",
            at="at",
            stale_at="stale_at",
            by=Coalesce("author__name", Value("")),
            address="author__email",
        )
    )
    return fitting.annotate(
        score=F("latest__score"),
        judged_at=F("latest__confirmed_at"),
        changed_at=F("latest__at"),
        pending=waits(),
        said=Subquery(named[:1], output_field=JSONField()),
    ).select_related("owner", "workspace")


def _tallies(fitting: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return how many there are of each verdict, health and state, with their attainments."""
    read = fitting.order_by().annotate(shares_text=_SHARES)
    tallied: QuerySet[Any, Any] = read.values("verdict", "health", "state").annotate(**TALLY)
    return tallied


def _page(fitting: QuerySet[Initiative, Any], after: str, limit: int) -> QuerySet[Any, Any]:
    """Return the rows of a page, and one more where there is another page."""
    return _told(fitting).select_related(None).filter(key__gt=after)[: limit + 1]


# Without a filter the two statements are the same for everybody: building them costs more than asking them.
@lru_cache(maxsize=16)
def _page_of_all(limit: int) -> Prepared:
    return Prepared.of(_page(_of_anybody(), AFTER, limit), workspace=(NOWHERE, "bigint"), after=(AFTER, "text"))


@lru_cache(maxsize=1)
def _tally_of_all() -> Prepared:
    return Prepared.of(_tallies(_of_anybody()), workspace=(NOWHERE, "bigint"))


def _of_anybody() -> QuerySet[Any, Any]:
    return fitting_initiatives(Principal(workspace=Workspace(pk=NOWHERE), role="viewer"), Filters())


def _fetched(statement: Prepared, values: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        statement.run(cursor, values)
        return [column.name for column in cursor.description or ()], cursor.fetchall()


def _initiatives(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return the initiatives of rows with what else the statement tells of each, as a queryset does."""
    found = []
    for row in rows:
        values = iter(row)
        initiative: Any = next_object(Initiative, values)
        for name, value in zip(names[len(Initiative._meta.concrete_fields) :], values, strict=True):
            setattr(initiative, name, json.loads(value) if name in TOLD_IN_JSON and value else value)
        found.append(initiative)
    return found


def _any_unread(tallies: Sequence[dict[str, Any]]) -> bool:
    return any(each["unread"] for each in tallies)


def _tally(tally: dict[str, Any], unread: dict[int, dict[str, Any]]) -> Rolled:
    """Return like initiatives with the attainments that judgements kept, and those of initiatives never judged."""
    kept = [share for shares in json.loads(f"[{tally['shares']}]") for share in shares]
    live = [share for pk in tally["unread"] if pk in unread for share in unread[pk]["attainments"]]
    return Rolled(tally["verdict"], tally["health"], tally["state"], (*kept, *live), tally["count"])


def _rows(initiatives: Sequence[Any], unread: dict[int, dict[str, Any]], now: datetime) -> tuple[PortfolioRow, ...]:
    return tuple(_row(each, unread.get(each.pk, {}), now) for each in initiatives)


def _row(initiative: Any, live: dict[str, Any], now: datetime) -> PortfolioRow:
    summary, said = initiative.summary or {}, initiative.said
    declared = said and _declared(said, now)
    changed = [each for each in (initiative.updated_at, initiative.changed_at) if each]
    return PortfolioRow(
        initiative=initiative,
        verdict=initiative.verdict,
        health=initiative.health,
        score=initiative.score,
        candidate=summary.get("candidate", ""),
        live_not_ready=summary.get("live_not_ready", False),
        accuracy=summary.get("accuracy"),
        coverage=summary.get("coverage"),
        blocked_by=summary.get("blocked_by", "Not judged yet"),
        blockers=summary.get("blockers", 0),
        warnings=summary.get("warnings", 0),
        waivers=summary.get("waivers", 0),
        declared=declared,
        differs=bool(declared) and declared["health"] != initiative.health,
        kpi=told_kpi(summary["kpi"] if "kpi" in summary else live.get("kpi"), now),
        pending=initiative.pending,
        judged_at=initiative.judged_at,
        updated_at=max(changed),
    )


def _declared(said: dict[str, Any], now: datetime) -> dict[str, Any]:
    by, at = said["by"] or said["address"] or "", datetime.fromisoformat(said["at"])
    old = datetime.fromisoformat(said["stale_at"]) if said["stale_at"] else stale_at("weekly", at)
    return {"health": said["health"], "by": by, "at": said["at"], "fades": now >= old}
