"""Targets over time: what runs reported on each, the best so far, and where less was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from kpis.models import MetricAlias, Target
from kpis.scoring.best_run import improvements
from kpis.scoring.sampling import metric_key
from kpis.scoring.targets import expectation
from kpis.scoring.wording import counted, day, figure
from kpis.selectors.facts import target_facts
from kpis.selectors.run_records import reported_value
from kpis.selectors.targets import TargetLine, aliases_of, targets_of
from projects.models import Initiative, MetricValue, RunLink

MOST_RUNS = 2_000
MOST_ROWS = 50
LONGEST = 120


@dataclass(frozen=True, slots=True)
class RunPoint:
    """What a run reported on a target's metric; None where it was no number."""

    run: str
    ended: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Loosening:
    """A version in force that asked for less than the one before: from when, its value, and who and why in words."""

    at: datetime
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """A target's chart: finished runs, oldest first, those that were the best so far, and every loosening.

    `caption` says it in one sentence, `rows` are the best so far as (day, run, value), newest first.
    """

    line: TargetLine
    points: tuple[RunPoint, ...]
    best: tuple[RunPoint, ...]
    loosened: tuple[Loosening, ...]
    caption: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Reported:
    name: str
    ended: datetime
    metrics: dict[str, float | None]


def target_histories(
    initiative: Initiative, lines: Sequence[TargetLine], aliases: Sequence[MetricAlias]
) -> list[TargetHistory]:
    """Return the history of each target under the newest 2,000 finished runs, in one query."""
    keys = [_keys(line, aliases) for line in lines]
    runs = _reported(initiative, {key for names in keys for key in names})
    return [_history(line, names, runs) for line, names in zip(lines, keys, strict=True)]


def history_of(initiative: Initiative, target: Target) -> TargetHistory:
    """Return the history of the target that a version belongs to, in three queries."""
    lines = [each for each in targets_of(initiative) if (each.metric, each.slice) == (target.metric, target.slice)]
    return target_histories(initiative, lines, aliases_of(initiative))[0]


def _keys(line: TargetLine, aliases: Sequence[MetricAlias]) -> list[str]:
    others = [each.alias for each in aliases if each.metric == line.metric]
    return [metric_key(name, line.slice) for name in (line.metric, *others)]


def _reported(initiative: Initiative, keys: set[str]) -> list[_Reported]:
    links = RunLink.objects.filter(
        initiative=initiative, ended_at__isnull=False, run__status="finished", run__deleted_at__isnull=True
    )
    newest = links.order_by("-ended_at", "-run").values("run")[:MOST_RUNS]
    values = MetricValue.objects.filter(run__in=newest, key__in=keys).order_by("run__ended_at", "run_id")
    found: dict[int, _Reported] = {}
    for run_id, name, ended, key, value in values.values_list("run_id", "run__name", "run__ended_at", "key", "value"):
        if ended is not None:
            found.setdefault(run_id, _Reported(name, ended, {})).metrics[key] = value
    return list(found.values())


def _history(line: TargetLine, keys: Sequence[str], runs: Sequence[_Reported]) -> TargetHistory:
    points = [_point(run, run.metrics, keys) for run in runs if any(key in run.metrics for key in keys)]
    target = target_facts(line.active or line.waiting or line.versions[0])
    best = [points[place] for place in improvements(target, [each.value for each in points])]
    loosened = [_loosening(each) for each in reversed(line.versions) if each.loosens and each.valid_from]
    return TargetHistory(
        line=line,
        points=tuple(points),
        best=tuple(best),
        loosened=tuple(loosened),
        caption=_caption(line, points, best, loosened),
        rows=tuple((day(each.ended), each.run, figure(each.value or 0.0)) for each in best[: -MOST_ROWS - 1 : -1]),
    )


def _point(run: _Reported, metrics: Mapping[str, float | None], keys: Sequence[str]) -> RunPoint:
    return RunPoint(run.name, run.ended, reported_value(metrics, keys))


def _loosening(version: Target) -> Loosening:
    at = version.valid_from or version.created_at
    asked = "withdrawn" if version.withdraws else expectation(target_facts(version))
    who = f"by {version.author or 'a former member'}"
    if version.approver:
        who += ", self-approved" if version.self_approved else f", approved by {version.approver}"
    why = f": {shorten(version.reason, LONGEST)}" if version.reason else ""
    return Loosening(at, version.value, f"{day(at)}: {asked}, {who}{why}")


def _caption(
    line: TargetLine, points: Sequence[RunPoint], best: Sequence[RunPoint], loosened: Sequence[Loosening]
) -> str:
    name = line.metric + (f" on {line.slice}" if line.slice else "")
    if not points:
        return f"{name}: no finished run reports it yet."
    top = f"best so far {figure(best[-1].value or 0.0)} ({best[-1].run})" if best else "no number yet"
    parts = [f"{name}: {top} of {counted(len(points), 'run')}"]
    parts.append(expectation(target_facts(line.active)) if line.active else "no target in force")
    if loosened:
        parts.append(f"loosened {counted(len(loosened), 'time')}, last {loosened[-1].words}")
    return "; ".join(parts).rstrip(".") + "."
