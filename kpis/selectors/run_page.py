"""One run as its page shows it: facts, and what each target says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kpis.scoring.targets import Target, higher_is_better
from kpis.scoring.wording import figure
from kpis.selectors.run_targets import Aims, JudgedRun, judged_run
from mltrack.formats import number as shown
from projects.models import Deployment, Evaluation, Initiative, MetricValue, Run
from projects.selectors.evaluations import evaluations_of
from projects.selectors.run_export import seconds_of
from projects.selectors.runs import RunDetail, run_detail

CHARTS: Final = 4


@dataclass(frozen=True, slots=True)
class ShownMetric:
    """A metric's latest value; NaN and infinities are floats too."""

    key: str
    number: float | None
    step: int | None
    time: datetime | None
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A metric whose history is drawn: a sentence of its latest value, and that value as a row."""

    key: str
    caption: str
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything on a run's page."""

    detail: RunDetail
    judged: JudgedRun
    metrics: list[ShownMetric]
    charts: list[Chart]
    deployments: list[Deployment]
    evaluations: list[Evaluation]
    params: list[tuple[str, str]]
    tags: list[tuple[str, str]]
    tracker_tags: list[tuple[str, str]]
    seconds: float | None


def run_page(initiative: Initiative, run: Run, aims: Aims, drawn: Sequence[str] = ()) -> RunPage:
    """Return a run's page in eight queries; `drawn` are the metrics whose history is asked for, else a few."""
    detail = run_detail(run)
    by_key = {each.key: each for each in detail.metrics}
    keys = [key for key in drawn if key in by_key] or _telling(detail.metrics, aims)
    tags = sorted((str(key), str(value)) for key, value in run.tags.items())
    deployments = Deployment.objects.filter(initiative=initiative, run=run).order_by("-at", "-id")
    return RunPage(
        detail=detail,
        judged=judged_run(initiative, run.pk, aims),
        metrics=[_metric(each, each.key in keys) for each in detail.metrics],
        charts=[_chart(by_key[key], aims) for key in keys] if run.connection_id else [],
        deployments=list(deployments[:20]),
        evaluations=list(evaluations_of(initiative).filter(run=run)[:20]),
        params=sorted((str(key), str(value)) for key, value in run.params.items()),
        tags=[each for each in tags if not each[0].startswith("mlflow.")],
        tracker_tags=[each for each in tags if each[0].startswith("mlflow.")],
        seconds=seconds_of(run),
    )


def _metric(metric: MetricValue, is_drawn: bool) -> ShownMetric:
    return ShownMetric(metric.key, number_of(metric), metric.step, metric.time, is_drawn)


def number_of(metric: MetricValue) -> float | None:
    """Return a metric as a float, NaN and infinities among them."""
    return float(metric.special) if metric.special else metric.value


def target_on(key: str, aims: Aims) -> Target | None:
    """Return the first target that a metric is held against."""
    return next((each for each in aims.targets if key in aims.keys_of(each)), None)


def _telling(metrics: Sequence[MetricValue], aims: Aims) -> list[str]:
    """Return which histories tell most: metrics with targets, then those logged at several steps."""
    asked = [each.key for each in metrics if target_on(each.key, aims)]
    stepped = [each.key for each in metrics if each.step]
    return list(dict.fromkeys([*(key for key in asked if key in stepped), *stepped, *asked]))[:CHARTS]


def _chart(metric: MetricValue, aims: Aims) -> Chart:
    number, target = number_of(metric), target_on(metric.key, aims)
    value = shown(number)
    caption = f"{metric.key}: {value}" + (f" at step {metric.step:,}" if metric.step else "")
    if target is not None and target.comparator != "between":
        caption += f", target {'at least' if higher_is_better(target) else 'at most'} {figure(target.value)}"
    time = metric.time.isoformat(timespec="seconds") if metric.time else ""
    return Chart(metric.key, caption, [(str(metric.step if metric.step is not None else ""), time, value)])


def metric_named(run: Run, key: str) -> MetricValue | None:
    """Return a metric of a run, None where it has none of this name."""
    return None if "\x00" in key else MetricValue.objects.filter(run=run, key=key).first()


def target_value(key: str, aims: Aims) -> float | None:
    """Return the value that a chart of a metric draws as its target."""
    target = target_on(key, aims)
    return None if target is None else target.value
