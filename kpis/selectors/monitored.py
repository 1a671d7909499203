"""What is observed of an initiative, as its monitors are judged: a fixed number of queries, and the last periods only.

Of volumes the judged period and those of its baseline are read, of all else the newest value of each series.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q

from kpis.scoring.calendar.units import morning
from kpis.scoring.monitoring.faults import Newest
from kpis.scoring.monitoring.volumes import Standing, Stop, Volume, first_day
from projects.models import (
    Evaluation,
    Finding,
    Initiative,
    Observation,
    ObservedKind,
    ObservedSeries,
    PlannedStop,
    SourceFeature,
)
from projects.models.evaluations import Purpose

SPARE_DAYS = 2
"""Days more than a judgement looks at: a moment lies in one day or the next, by its zone."""


@dataclass(frozen=True, slots=True)
class Fed:
    """The source of a name: its public id, its name, its row, and the rows of all initiatives that it feeds."""

    public_id: str
    name: str
    row: int
    initiatives: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """The volumes of one name over its last periods. `settled_at` is when its newest value was recorded."""

    name: str
    period_days: int
    rows: tuple[Volume, ...]
    newest: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Monitored:
    """All of it. `left_out` are planned stops and past silences by name; `standing` what silences were found with."""

    today: date
    names: tuple[Named, ...]
    newest: tuple[Newest, ...]
    fed: Mapping[str, Fed]
    left_out: Mapping[str, Sequence[Stop]]
    standing: Mapping[str, Mapping[str, Standing]]
    open: tuple[Finding, ...]


def is_observed(initiative_id: int) -> bool:
    """Say whether anything is observed of an initiative, or evaluated in production; one query."""
    series = ObservedSeries.objects.filter(initiative=OuterRef("pk"))
    audited = Evaluation.objects.filter(initiative=OuterRef("pk"), purpose=Purpose.PRODUCTION)
    return Initiative.objects.filter(Q(Exists(series)) | Q(Exists(audited)), pk=initiative_id).exists()


def monitored(initiative: Initiative, now: datetime) -> Monitored:
    """Return what is observed as of now, in six queries; the initiative's workspace is loaded."""
    zone = ZoneInfo(initiative.workspace.zone)
    today = now.astimezone(zone).date()
    known = list(ObservedSeries.objects.filter(initiative=initiative, last_at__isnull=False))
    series = [each for each in known if each.ended_at is None]
    ended = {(each.name, each.segment) for each in known if each.kind == ObservedKind.VOLUME and each.ended_at}
    names = _names([each for each in series if each.kind == ObservedKind.VOLUME], zone)
    fed = _fed(initiative)
    begins = min((first_day(each.newest, each.period_days) for each in names), default=today)
    stops = PlannedStop.objects.filter(
        Q(initiative=None) | Q(initiative=initiative),
        Q(source=None) | Q(source__in=[each.row for each in fed.values()]),
        workspace=initiative.workspace_id,
        withdrawn_at=None,
        last_day__gte=begins,
        first_day__lte=today,
    )
    findings = Finding.objects.filter(observed_in=initiative, initiative=initiative).filter(
        Q(closed_at=None) | Q(closed_at__gte=morning(begins, str(zone)))
    )
    planned, found = list(stops), list(findings)
    return Monitored(
        today,
        names,
        _newest([each for each in series if each.kind != ObservedKind.VOLUME]),
        fed,
        {each.name: [*_planned(planned, fed.get(each.name)), *_silences(found, each.name, zone)] for each in names},
        {each.name: _standing(found, each.name, ended) for each in names},
        tuple(each for each in found if each.closed_at is None),
    )


def _names(series: Sequence[ObservedSeries], zone: ZoneInfo) -> tuple[Named, ...]:
    """Return the volumes by name. A name whose segments cover unequal periods counts by the longest."""
    by_name: dict[str, list[ObservedSeries]] = {}
    for each in series:
        by_name.setdefault(each.name, []).append(each)
    windows = {}
    for name, group in by_name.items():
        days = max(each.period_days for each in group)
        newest = max(each.last_at for each in group if each.last_at).astimezone(zone).date()
        windows[name] = (days, newest, first_day(newest, days) - timedelta(days=SPARE_DAYS))
    if not windows:
        return ()
    asked = Q()
    for begin in {begin for *_, begin in windows.values()}:
        rows_of = [each.pk for name, rows in by_name.items() if windows[name][2] == begin for each in rows]
        asked |= Q(series__in=rows_of, time__gte=morning(begin, str(zone)))
    read = Observation.objects.filter(asked).values_list(
        "series__name", "series__segment", "time", "value", "recorded_at"
    )
    rows: dict[str, list[Volume]] = {name: [] for name in windows}
    recorded: dict[str, datetime] = {}
    for name, segment, time, value, at in read:
        rows[name].append(Volume(segment, time.astimezone(zone).date(), value))
        recorded[name] = max(at, recorded.get(name, at))
    return tuple(
        Named(name, days, tuple(rows[name]), newest, recorded[name])
        for name, (days, newest, _) in sorted(windows.items())
        if rows[name]
    )


def _newest(series: Sequence[ObservedSeries]) -> tuple[Newest, ...]:
    found = Observation.objects.filter(series__in=[each.pk for each in series], time=F("series__last_at"))
    by_series = {each.pk: each for each in series}
    made = []
    for each in found:
        of = by_series[each.series_id]
        named = (of.public_id, of.kind, of.name, of.segment)
        made.append(Newest(*named, each.time, each.value, each.n, each.method, each.threshold, each.reference))
    return tuple(sorted(made, key=lambda each: (each.kind, each.name, each.segment)))


def _fed(initiative: Initiative) -> dict[str, Fed]:
    """Return the source of each name, the first entered where several say that they feed it."""
    own = SourceFeature.objects.filter(initiative=initiative, source__archived_at=None).select_related("source")
    by_name = {each.feature: each.source for each in own.order_by("-id")}
    hit: dict[int, set[int]] = {}
    ids = {each.pk for each in by_name.values()}
    for source, fed in SourceFeature.objects.filter(source__in=ids).values_list("source_id", "initiative_id"):
        hit.setdefault(source, set()).add(fed)
    return {
        name: Fed(source.public_id, source.name, source.pk, tuple(sorted(hit[source.pk])))
        for name, source in by_name.items()
    }


def _planned(stops: Iterable[PlannedStop], fed: Fed | None) -> list[Stop]:
    known = fed.row if fed else None
    return [Stop(each.first_day, each.last_day, each.segment) for each in stops if each.source_id in (None, known)]


def _silences(findings: Iterable[Finding], name: str, zone: ZoneInfo) -> list[Stop]:
    """Return when segments were silent: days that say nothing about what to expect."""
    ended = [each for each in findings if each.kind == "silent" and each.name == name and each.closed_at is not None]
    return [
        Stop(_first_silent(each), each.closed_at.astimezone(zone).date() - timedelta(days=2), each.segment)
        for each in ended
        if each.closed_at is not None
    ]


def _first_silent(finding: Finding) -> date:
    day = date.fromisoformat(finding.evidence["day"])
    return day - timedelta(days=int(finding.evidence["window"]) - 1)


def _standing(findings: Iterable[Finding], name: str, ended: Collection[tuple[str, str]]) -> dict[str, Standing]:
    """Return what the open silences of a name were found with, but of segments that ended: nobody waits for these."""
    return {
        each.segment: Standing(each.evidence["expected"], each.evidence["variance"], each.evidence["window"])
        for each in findings
        if each.kind == "silent" and each.name == name and each.closed_at is None and (name, each.segment) not in ended
    }
