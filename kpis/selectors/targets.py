"""Targets with all their versions, other names of metrics, and plain baselines."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.models import MetricAlias, PlainBaseline, Target
from kpis.models.targets import TargetState
from projects.models import Initiative


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


def _line(metric: str, part: str, versions: list[Target]) -> TargetLine:
    by_state = {version.state: version for version in reversed(versions)}
    return TargetLine(
        metric, part, by_state.get(TargetState.ACTIVE), by_state.get(TargetState.PROPOSED), tuple(versions)
    )


def _place(line: TargetLine) -> tuple[bool, bool, bool, str, str]:
    return line.active is None, line.metric != "accuracy", line.metric != "coverage", line.metric, line.slice
