"""Judging what is observed of an initiative: the only writer of its watch; findings are kept by their own service."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from kpis.models import MonitorWatch
from kpis.scoring.calendar.units import morning
from kpis.scoring.evaluations.continuous import KIND, faults_of
from kpis.scoring.monitoring.arrivals import stopped
from kpis.scoring.monitoring.faults import cause_of, silent_fault, stopped_fault, threshold_fault
from kpis.scoring.monitoring.silence import Judged, judge
from kpis.scoring.monitoring.volumes import Stop, volumes
from kpis.selectors.monitored import Monitored, Named, is_observed, monitored
from kpis.selectors.production_audit import newest_in_production
from mltrack.clock import database_now
from projects.models import Initiative
from projects.progress.faults import Fault
from projects.progress.observed import fails
from projects.services.findings import keep_findings

SETTLED: Final = timedelta(minutes=5)
"""How long nothing of a name must have come before an absent segment counts as silent: batches come one by one."""
AT_ONCE: Final = 500
SHOWN: Final = 200
"""So many segments that are too small to watch are named."""


@dataclass(slots=True)
class _Said:
    """What the monitors of an initiative say together."""

    faults: list[tuple[Fault, Collection[int]]] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)
    watched: int = 0
    small: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    closing: dict[str, str] = field(default_factory=dict)
    looks_again: datetime | None = None


def due_monitors() -> list[int]:
    """Return up to 500 initiatives whose monitors time alone may have changed, the longest due first, in one query."""
    due = MonitorWatch.objects.filter(due_at__lte=Now(), initiative__judge_due=None).order_by("due_at")
    return list(due.values_list("initiative_id", flat=True)[:AT_ONCE])


@transaction.atomic
def judge_monitors(initiative_id: int, now: datetime | None = None) -> MonitorWatch | None:
    """Judge what is observed of an initiative as of now and keep its findings; None where nothing is.

    Its row is held, so that one judgement of it runs at a time.
    """
    if not is_observed(initiative_id):
        return None
    rows = Initiative.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    initiative, now = rows.get(pk=initiative_id), now or database_now()
    seen, said = monitored(initiative, now), _Said()
    _late_labels(initiative, said)
    for name in seen.names:
        _volumes(initiative, seen, name, said, now)
    kinds: dict[str, dict[str, int]] = {}
    for newest in seen.newest:
        source, source_name, hit = _source(initiative, seen, newest.name)
        fault = threshold_fault(newest, source, source_name)
        if fault is not None:
            said.faults.append((fault, hit))
        known = fails(newest.kind, newest.method, newest.value, newest.threshold) is not None
        count = kinds.setdefault(newest.kind, {"judged": 0, "unjudged": 0})
        count["judged" if known else "unjudged"] += 1
    keep_findings(initiative, said.faults, said.undecided, now, said.closing)
    return _watch(initiative, seen, said, kinds, now)


def _late_labels(initiative: Initiative, said: _Said) -> None:
    """Judge the newest evaluation of what is live: a target is missed where a bound crosses it, not the point.

    What was found on a model that is live no more ends.
    """
    newest = newest_in_production(initiative)
    if newest is None:
        said.closing[KIND] = "Nothing is measured in production of what is live now."
        return
    faults, undecided = faults_of(newest, initiative.key)
    said.faults.extend((fault, (initiative.pk,)) for fault in faults)
    said.undecided |= undecided


def _volumes(initiative: Initiative, seen: Monitored, name: Named, said: _Said, now: datetime) -> None:
    """Judge the volumes of one name."""
    source, source_name, hit = _source(initiative, seen, name.name)
    arrived = {row.day for row in name.rows}
    left_out = seen.left_out.get(name.name, ())
    standing = seen.standing.get(name.name, {})
    still = {cause_of("silent", source, name.name, segment) for segment in standing}
    if stopped(arrived, seen.today, name.period_days):
        if not _planned_now(left_out, seen):
            said.faults.append((stopped_fault(name.name, max(arrived), source, source_name), hit))
        said.undecided |= still
        return
    ended = [day for day in arrived if name.period_days > 1 or day < seen.today]
    if not ended:
        said.undecided |= still
        return
    last = max(ended)
    answers = judge(volumes(name.rows, last, name.period_days, left_out, standing))
    settles = name.recorded_at + SETTLED
    came = {row.segment for row in name.rows if row.day == last}
    for each in answers:
        _segment(each, name.name, said)
        fault = silent_fault(each, name.name, last, source, source_name)
        if each.state == "unjudged" or (each.state == "silent" and each.segment not in came and now < settles):
            said.undecided.add(fault.cause)
            said.looks_again = settles if each.state == "silent" else said.looks_again
        elif each.state == "silent":
            said.faults.append((fault, hit))
    said.undecided |= still - {cause_of("silent", source, name.name, each.segment) for each in answers}


def _segment(each: Judged, name: str, said: _Said) -> None:
    """Count a segment by whether it is watched."""
    what = f"{name} {each.segment}".rstrip()
    if each.state == "small":
        said.small.append(what)
    elif each.state == "new":
        said.new.append(what)
    else:
        said.watched += 1


def _planned_now(stops: Collection[Stop], seen: Monitored) -> bool:
    """Say whether a stop of all segments covers one of the last days."""
    yesterday = seen.today - timedelta(days=1)
    return any(not each.segment and each.first <= seen.today and each.last >= yesterday for each in stops)


def _source(initiative: Initiative, seen: Monitored, name: str) -> tuple[str, str, Collection[int]]:
    """Return the source's id and name and whom it hits; without a source the initiative alone, under its key."""
    fed = seen.fed.get(name)
    if fed is None:
        return initiative.key, "", (initiative.pk,)
    return fed.public_id, fed.name, {initiative.pk, *fed.initiatives}


def _watch(
    initiative: Initiative, seen: Monitored, said: _Said, kinds: dict[str, dict[str, int]], now: datetime
) -> MonitorWatch:
    """Keep what is watched, and when time alone may change it: at midnight, or when what came has settled."""
    midnight = morning(seen.today + timedelta(days=1), initiative.workspace.zone) + timedelta(minutes=1)
    due = min(each for each in (midnight if seen.names else None, said.looks_again, now + timedelta(days=400)) if each)
    document: dict[str, Any] = {
        "names": len(seen.names),
        "watched": said.watched,
        "small": sorted(said.small)[:SHOWN],
        "small_count": len(said.small),
        "new": sorted(said.new)[:SHOWN],
        "new_count": len(said.new),
        "kinds": kinds,
    }
    watch, _ = MonitorWatch.objects.update_or_create(
        initiative=initiative, defaults={"judged_at": now, "due_at": due, "document": document}
    )
    return watch
