"""The runs of an initiative as a learning curve."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max

from kpis.models import Target
from kpis.models.targets import TargetState
from kpis.scoring.labeling.training_sizes import METRIC, LearningCurve, size_points
from kpis.selectors.labeling import labeling_facts
from kpis.selectors.run_facts import run_facts
from kpis.selectors.targets import aliases_of
from projects.models import Evaluation, Initiative, Purpose, RunDataset, RunLink
from projects.progress.labeling.streams import merged_counts

MOST_RUNS: Final = 500


def learning_curve(initiative: Initiative, now: datetime, target: float | None = None) -> LearningCurve:
    """Return the newest 500 runs as a curve, against the target in force or another one; ten queries."""
    newest = RunLink.objects.filter(initiative=initiative).order_by("-ended_at", "-run_id")
    numbers = list(newest.values_list("run_id", flat=True)[:MOST_RUNS])
    facts = run_facts(initiative, numbers, {each.alias: each.metric for each in aliases_of(initiative)})
    points = size_points(list(facts.values()), _rows(numbers), _tested(initiative, numbers))
    counts = merged_counts(labeling_facts(initiative, now).streams)
    asked = _target(initiative) if target is None else target
    return LearningCurve(points, asked, counts.labeled if counts else 0)


def _rows(numbers: list[int]) -> dict[str, int]:
    """Return the rows of each run's largest training data by public id."""
    used = RunDataset.objects.filter(run__in=numbers, context__istartswith="train", dataset__rows__gt=0)
    return dict(used.values_list("run__public_id").annotate(most=Max("dataset__rows")))


def _tested(initiative: Initiative, numbers: list[int]) -> dict[str, tuple[int, int]]:
    ours = Evaluation.objects.filter(initiative=initiative, run__in=numbers, purpose=Purpose.TEST, n__gt=0)
    newest = ours.order_by("run_id", "-at", "-id").distinct("run_id")
    return {run: (right, n) for run, right, n in newest.values_list("run__public_id", "right", "n")}


def _target(initiative: Initiative) -> float | None:
    ours = Target.objects.filter(
        initiative=initiative, metric=METRIC, slice="", state=TargetState.ACTIVE, comparator__in=(">=", ">")
    )
    return ours.values_list("value", flat=True).first()
