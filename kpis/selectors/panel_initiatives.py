"""What the panels about initiatives show: slices of the portfolio, and what will be ready in a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.aggregates import Count
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from kpis.scoring.dashboards.arrivals import Arrival, arrivals_sentence, chance_of, in_order
from kpis.scoring.dashboards.composed import PanelSpec
from kpis.scoring.dashboards.ranges import Range, range_of
from kpis.scoring.filters import Filters
from kpis.scoring.forecast.sentences import gate_title
from kpis.scoring.wording import counted
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.period_table import rules_of
from kpis.selectors.portfolio import fitting_initiatives
from mltrack.days import begin_of
from mltrack.periods import period_words
from projects.models import Initiative, StageChange
from projects.models.initiatives import Stage, State

WORST_FIRST: Final = ("off_track", "at_risk", "no_data", "on_track")
OVER: Final = (Stage.PRODUCTION, Stage.RETIRED)


@dataclass(frozen=True, slots=True)
class InitiativeRow:
    """An initiative: `in_the_way` is what blocks it in a few words, `target_words` its date as it was meant."""

    key: str
    name: str
    stage: str
    verdict: str
    health: str
    p50: date | None
    p85: date | None
    target: date | None
    target_words: str
    in_the_way: str
    blockers: int


@dataclass(frozen=True, slots=True)
class InitiativesData:
    """Those that fit, the worst health first, then by target date; `total` are all of them."""

    says: str
    rows: tuple[InitiativeRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ForecastData:
    """What will be ready in a period, in words and by its last day; `rows` are the first of a `total`."""

    says: str
    period: str
    last: date
    rows: tuple[Arrival, ...]
    total: int


def read_initiatives(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[InitiativesData]:
    """Return the data of each panel, all of them in one query."""
    slices = [_slice(asked, spec, place) for place, spec in enumerate(specs)]
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for place, *row in slices[0].union(*slices[1:], all=True) if len(slices) > 1 else slices[0]:
        found[place].append(tuple(row))
    return [_data(found[place]) for place in range(len(specs))]


def read_forecasts(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[ForecastData]:
    """Return the data of each panel, in one query each."""
    return [_forecast(asked, each) for each in specs]


def _slice(asked: PanelsAsked, spec: PanelSpec, place: int) -> QuerySet[Initiative, Any]:
    worst = Case(
        *(When(health=health, then=rank) for rank, health in enumerate(WORST_FIRST)),
        default=len(WORST_FIRST),
        output_field=IntegerField(),
    )
    fitting = fitting_initiatives(asked.principal, asked.both(spec.settings))
    fitting = fitting.annotate(place=Value(place), worst=worst, total=Window(Count("pk")))
    columns = ("key", "name", "stage", "verdict", "health", "target_date", "target_resolution", "summary", "total")
    rows = fitting.order_by("worst", "target_date", "key").values_list("place", *columns, "worst")
    return rows[: spec.settings["rows"]]


def _data(found: list[tuple[Any, ...]]) -> InitiativesData:
    # The parts of a union come in no promised order; within one health and date the keys still are.
    found.sort(key=lambda row: (row[-1], row[5] or date.max))
    total = found[0][-2] if found else 0
    more = f", of which {len(found)} are shown" if total > len(found) else ""
    says = f"{counted(total, 'initiative')}{more}." if total else "No initiative fits."
    return InitiativesData(says, tuple(_row(*each[:-2]) for each in found), total)


def _row(
    key: str,
    name: str,
    stage: str,
    verdict: str,
    health: str,
    target: date | None,
    resolution: str,
    summary: Mapping[str, Any] | None,
) -> InitiativeRow:
    told = summary or {}
    forecast = told.get("forecast") or {}
    return InitiativeRow(
        key=key,
        name=name,
        stage=stage,
        verdict=verdict,
        health=health,
        p50=_day(forecast.get("p50")),
        p85=_day(forecast.get("p85")),
        target=target,
        target_words=period_words(target, resolution),
        in_the_way=told.get("blocked_by", "Not judged yet"),
        blockers=told.get("blockers", 0),
    )


def _forecast(asked: PanelsAsked, spec: PanelSpec) -> ForecastData:
    named = spec.settings["period"]
    period = range_of(named, asked.today, rules_of(asked.principal.workspace)) if named else asked.range
    rows = _expected(asked, asked.both(spec.settings), period)
    found = in_order([_arrival(row, asked, period) for row in rows])
    return ForecastData(
        says=arrivals_sentence(found, period.last),
        period=period.words,
        last=period.last,
        rows=found[: spec.settings["rows"]],
        total=len(found),
    )


def _expected(asked: PanelsAsked, filters: Filters, period: Range) -> QuerySet[Initiative, Any]:
    """Return what arrived in a period, and unless it is over what may be ready by its end, or is due by then."""
    zone = asked.principal.workspace.zone
    begin, end = begin_of(zone, period.first), begin_of(zone, period.last + timedelta(days=1))
    live = StageChange.objects.filter(initiative=OuterRef("pk"), stage=Stage.PRODUCTION).order_by("at", "id")
    forecast = KeyTransform("forecast", "summary")
    fitting = fitting_initiatives(asked.principal, filters).annotate(
        live_at=Subquery(live.values("at")[:1]),
        p50=KeyTextTransform("p50", forecast),
        p85=KeyTextTransform("p85", forecast),
        decided_by=KeyTextTransform("decided_by", forecast),
        blocked_by=KeyTextTransform("blocked_by", "summary"),
        blockers=KeyTextTransform("blockers", "summary"),
    )
    wanted = Q(live_at__gte=begin, live_at__lt=end)
    if period.last >= asked.today:
        due = Q(p50__lte=period.last.isoformat()) | Q(target_date__lte=period.last) | Q(verdict="ready")
        wanted |= due & Q(state=State.ACTIVE) & ~Q(stage__in=OVER)
    columns = ("key", "name", "stage", "verdict", "target_date", "live_at", "p50", "p85", "decided_by", "blocked_by")
    rows: QuerySet[Initiative, Any] = fitting.filter(wanted).values(*columns, "blockers")
    return rows


def _arrival(row: Mapping[str, Any], asked: PanelsAsked, period: Range) -> Arrival:
    p50, p85 = _day(row["p50"]), _day(row["p85"])
    found = Arrival(
        key=row["key"],
        name=row["name"],
        stage=row["stage"],
        verdict=row["verdict"],
        chance=chance_of(row["verdict"] == "ready", p50, p85, period.last),
        p50=p50,
        p85=p85,
        target=row["target_date"],
        in_the_way="Not judged yet" if row["blocked_by"] is None else row["blocked_by"],
        blockers=int(row["blockers"] or 0),
        decided_by=gate_title(row["decided_by"]) if row["decided_by"] else "",
    )
    live: datetime | None = row["live_at"]
    zone = asked.principal.workspace.zone
    if live is None or not begin_of(zone, period.first) <= live < begin_of(zone, period.last + timedelta(days=1)):
        return found
    return replace(found, chance="arrived", in_the_way="", decided_by="")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
