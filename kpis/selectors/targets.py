"""Targets with all their versions, and what runs have reported on a metric over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kpis.models import MetricAlias, PlainBaseline, Target
from kpis.models.targets import TargetState
from kpis.scoring.sampling import metric_key
from projects.models import Initiative, MetricValue

MOST_RUNS = 2_000


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target on (metric, slice): the version in force, the one that waits, and all versions, newest first."""

    metric: str
    slice: str
    active: Target | None
    waiting: Target | None
    versions: tuple[Target, ...]


def targets_of(initiative: Initiative) -> list[TargetLine]:
    """Return an initiative's targets, accuracy and coverage first, those no longer in force last; one query."""
    rows = Target.objects.filter(initiative=initiative).select_related("author", "approver").order_by("-number")
    grouped: dict[tuple[str, str], list[Target]] = {}
    for row in rows:
        grouped.setdefault((row.metric, row.slice), []).append(row)
    lines = [_line(metric, part, versions) for (metric, part), versions in grouped.items()]
    return sorted(lines, key=_place)


def aliases_of(initiative: Initiative) -> list[MetricAlias]:
    """Return the other names of metrics, by name."""
    return list(MetricAlias.objects.filter(initiative=initiative).order_by("metric", "alias"))


def baselines_of(initiative: Initiative) -> list[PlainBaseline]:
    """Return all stated plain baselines, the newest of each metric first."""
    return list(PlainBaseline.objects.filter(initiative=initiative).select_related("author").order_by("metric", "-id"))


def metric_over_runs(initiative: Initiative, metric: str, part: str = "") -> list[tuple[datetime, float | None]]:
    """Return (end, value) of the last 2,000 finished runs that report a metric, oldest first, in two queries.

    The metric's own name wins over its other names; NaN and infinities are None.
    """
    names = MetricAlias.objects.filter(initiative=initiative, metric=metric).values_list("alias", flat=True)
    own = metric_key(metric, part)
    keys = {own, *(metric_key(name, part) for name in names)}
    rows = (
        MetricValue.objects.filter(run__links__initiative=initiative, key__in=keys, run__ended_at__isnull=False)
        .filter(run__status="finished", run__deleted_at__isnull=True)
        .order_by("-run__ended_at", "-run_id")
        .values_list("run_id", "run__ended_at", "key", "value")[:MOST_RUNS]
    )
    found: dict[int, tuple[datetime, float | None]] = {}
    for run_id, ended, key, value in rows:
        if ended is not None and (key == own or run_id not in found):
            found[run_id] = (ended, value)
    return list(reversed(found.values()))


def _line(metric: str, part: str, versions: list[Target]) -> TargetLine:
    by_state = {version.state: version for version in reversed(versions)}
    return TargetLine(
        metric, part, by_state.get(TargetState.ACTIVE), by_state.get(TargetState.PROPOSED), tuple(versions)
    )


def _place(line: TargetLine) -> tuple[bool, bool, bool, str, str]:
    return line.active is None, line.metric != "accuracy", line.metric != "coverage", line.metric, line.slice
