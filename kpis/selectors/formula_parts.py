"""What a formula names, found in its workspace, and the values of that by the periods of the derived KPI."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from kpis.models import KPI, ReadinessSnapshot
from kpis.scoring.calendar.buckets import periods
from kpis.scoring.calendar.units import Rules, morning, moved, start_of
from kpis.scoring.formulas.grammar import FormulaError
from kpis.scoring.formulas.reckoning import reckoned
from kpis.scoring.formulas.series import added, counts, levels
from kpis.scoring.formulas.tree import Fact, FactPart, KpiPart, Node, Part, parts_of, reach
from kpis.selectors.period_table import rules_of
from kpis.selectors.periods import unit_of
from projects.models import Deployment, Initiative, LabelingSnapshot

MOST_PERIODS: Final = 4_000
"""So many periods are reckoned at most, up to the present one: eleven years of days."""
WENT_LIVE: Final = (Deployment.State.LIVE, Deployment.State.ROLLED_BACK, Deployment.State.RETIRED)
FACT_UNITS: Final[Mapping[Fact, str]] = {"coverage": "", "labels": "labels", "deployments": "deployments"}
# Each KPI adds its readings up as it says itself, by the periods, the zone and the weeks of the derived one.
_VALUES: Final = """
SELECT kpi.id, date_trunc(%(step)s, reading.time AT TIME ZONE %(zone)s + make_interval(days => %(days)s))::date
        - %(days)s AS start,
    CASE kpi.aggregation
        WHEN 'mean' THEN avg(reading.value)
        WHEN 'sum' THEN sum(reading.value)
        WHEN 'min' THEN min(reading.value)
        WHEN 'max' THEN max(reading.value)
        ELSE (array_agg(reading.value ORDER BY reading.time DESC))[1]
    END AS value
FROM kpis_kpi kpi JOIN kpis_reading reading ON reading.kpi_id = kpi.id
WHERE kpi.id = ANY(%(ids)s) AND reading.segment = '' AND reading.time <= %(now)s
    AND (%(since)s::timestamptz IS NULL OR reading.time >= %(since)s)
GROUP BY kpi.id, 2
"""


@dataclass(frozen=True, slots=True)
class Named:
    """The KPIs and initiatives that a formula names, each by its key."""

    kpis: Mapping[str, KPI]
    initiatives: Mapping[str, Initiative]

    def unit_of(self, part: Part) -> str:
        """Return the unit of a part's values: that of the KPI; coverage is a share from 0 to 1."""
        return self.kpis[part.key].unit if isinstance(part, KpiPart) else FACT_UNITS[part.fact]


@dataclass(frozen=True, slots=True)
class Derived:
    """The periods that a formula was reckoned for, oldest first, with the values of its parts and its own."""

    starts: tuple[date, ...]
    parts: Mapping[Part, Sequence[float | None]]
    values: Sequence[float | None]


def named_in(kpi: KPI, tree: Node) -> Named:
    """Return what a formula of this KPI names, in two queries. Raises FormulaError at what is not there."""
    parts = parts_of(tree)
    keys = [each.key for each in parts if isinstance(each, KpiPart)]
    owners = [each.initiative for each in parts if isinstance(each, FactPart)]
    kpis = KPI.objects.filter(workspace=kpi.workspace_id, key__in=keys).select_related("workspace", "formula")
    initiatives = Initiative.objects.filter(workspace=kpi.workspace_id, key__in=owners).select_related("workspace")
    found = Named({each.key: each for each in kpis}, {each.key: each for each in initiatives})
    for part in parts:
        if isinstance(part, KpiPart) and part.key not in found.kpis:
            raise FormulaError(f"There is no KPI {part.key[:60]} here.", part.place)
        if isinstance(part, FactPart) and part.initiative not in found.initiatives:
            raise FormulaError(f"There is no initiative {part.initiative[:60]} here.", part.place)
    return found


def derive(kpi: KPI, tree: Node, named: Named, now: datetime, since: datetime | None = None) -> Derived:
    """Return what a formula gives by the KPI's periods, from that of `since` or the first of a part on; four queries.

    A fact stands as it did at the end of a period, of the present one as it does now.
    """
    rules, unit = rules_of(kpi.workspace), unit_of(kpi)
    last = start_of(now, unit, kpi.zone, rules)
    earliest = moved(last, unit, 1 - MOST_PERIODS)
    first = earliest if since is None else max(earliest, start_of(since, unit, kpi.zone, rules))
    back = moved(first, unit, -reach(tree))
    known = _kpi_values(kpi, named, rules, None if since is None else morning(back, kpi.zone), now)
    facts = _facts(tree, named, now)
    begun = [min(each) for each in known.values() if each] + [_first(kpi, each, rules) for each in facts.values()]
    begins = [each for each in begun if each is not None and each <= last]
    if not begins:
        return Derived((), dict.fromkeys(parts_of(tree), ()), ())
    starts = periods(max(min(begins), back), last, unit)
    ends = [min(morning(moved(each, unit, 1), kpi.zone), now) for each in starts]
    mornings = [morning(each, kpi.zone) for each in starts]
    values: dict[Part, Sequence[float | None]] = {}
    for part in parts_of(tree):
        if isinstance(part, KpiPart):
            held = known.get(named.kpis[part.key].pk, {})
            values[part] = [held.get(start) for start in starts]
        else:
            values[part] = facts[part].by_period(mornings, ends)
    found = reckoned(tree, values, len(starts))
    shown = next((place for place, start in enumerate(starts) if start >= first), len(starts))
    return Derived(tuple(starts[shown:]), {part: each[shown:] for part, each in values.items()}, found[shown:])


@dataclass(frozen=True, slots=True)
class _FactEvents:
    """What is known of a fact: levels that stand until the next, or moments that are counted from `since` on."""

    levels: Sequence[tuple[datetime, float | None]] = ()
    moments: Sequence[datetime] = ()
    since: datetime | None = None

    def begins(self) -> datetime | None:
        return self.since if self.since is not None else self.levels[0][0] if self.levels else None

    def by_period(self, starts: Sequence[datetime], ends: Sequence[datetime]) -> list[float | None]:
        if self.since is None:
            return levels(self.levels, ends)
        return counts(self.moments, starts, ends, self.since)


def _first(kpi: KPI, events: _FactEvents, rules: Rules) -> date | None:
    begins = events.begins()
    return None if begins is None else start_of(begins, unit_of(kpi), kpi.zone, rules)


def _kpi_values(
    kpi: KPI, named: Named, rules: Rules, since: datetime | None, now: datetime
) -> dict[int, dict[date, float]]:
    """Return the values by KPI and first day of the period, of the whole alone."""
    found: dict[int, dict[date, float]] = defaultdict(dict)
    if not named.kpis:
        return found
    asked: dict[str, Any] = {
        "step": unit_of(kpi),
        "zone": kpi.zone,
        "days": -rules.first_weekday % 7 if kpi.period == "week" else 0,
        "ids": [each.pk for each in named.kpis.values()],
        "since": since,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, asked)
        for kpi_id, start, value in cursor.fetchall():
            found[kpi_id][start] = value
    return found


def _facts(tree: Node, named: Named, now: datetime) -> dict[Part, _FactEvents]:
    """Return the events of each fact that a formula names, one query for each kind."""
    asked: dict[Fact, list[FactPart]] = defaultdict(list)
    for part in parts_of(tree):
        if isinstance(part, FactPart):
            asked[part.fact].append(part)
    found: dict[Part, _FactEvents] = {}
    for fact, parts in asked.items():
        events = _EVENTS[fact]([named.initiatives[each.initiative] for each in parts], now)
        found |= {each: events[named.initiatives[each.initiative].pk] for each in parts}
    return found


def _coverage(initiatives: Sequence[Initiative], now: datetime) -> dict[int, _FactEvents]:
    """Return the coverage of the candidate as each kept judgement observed it, missing where none was asked for."""
    rows = ReadinessSnapshot.objects.filter(initiative__in=initiatives, at__lte=now).order_by("at", "id")
    found: dict[int, list[tuple[datetime, float | None]]] = {each.pk: [] for each in initiatives}
    for initiative_id, at, value in rows.values_list("initiative_id", "at", "summary__coverage__observed"):
        found[initiative_id].append((at, value if isinstance(value, int | float) else None))
    return {key: _FactEvents(levels=each) for key, each in found.items()}


def _labels(initiatives: Sequence[Initiative], now: datetime) -> dict[int, _FactEvents]:
    """Return how many tasks were labeled at each snapshot, all projects of an initiative together."""
    rows = LabelingSnapshot.objects.filter(initiative__in=initiatives, time__lte=now).order_by("time", "id")
    found: dict[int, list[tuple[datetime, int | None, float]]] = {each.pk: [] for each in initiatives}
    for initiative_id, time, project_id, labeled in rows.values_list("initiative_id", "time", "project_id", "labeled"):
        found[initiative_id].append((time, project_id, float(labeled)))
    return {key: _FactEvents(levels=list[tuple[datetime, float | None]](added(each))) for key, each in found.items()}


def _deployments(initiatives: Sequence[Initiative], now: datetime) -> dict[int, _FactEvents]:
    """Return when versions went live in production, counted since the initiative is known, or the first of them."""
    rows = Deployment.objects.filter(
        initiative__in=initiatives, environment="production", state__in=WENT_LIVE, at__lte=now
    )
    found: dict[int, list[datetime]] = {each.pk: [] for each in initiatives}
    for initiative_id, at in rows.order_by("at", "id").values_list("initiative_id", "at"):
        found[initiative_id].append(at)
    return {
        each.pk: _FactEvents(moments=found[each.pk], since=min([each.created_at, *found[each.pk][:1]]))
        for each in initiatives
    }


_EVENTS: Final = {"coverage": _coverage, "labels": _labels, "deployments": _deployments}
