"""Evaluations as they are judged and shown: their counts, put together from the rows."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from projects.models import Evaluation, EvaluationStratum, Initiative
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.tally import Stratum, Tally


def evaluations_of(initiative: Initiative) -> QuerySet[Evaluation]:
    """Return an initiative's evaluations, newest first, with what they are about."""
    found = Evaluation.objects.filter(initiative=initiative).order_by("-at", "-id")
    return found.select_related("run", "model_version", "dataset", "connection")


def evaluations_by_run(initiative: Initiative, run_ids: Collection[int]) -> dict[int, str]:
    """Return the public id of the newest evaluation of each run that has one, in one query."""
    rows = Evaluation.objects.filter(initiative=initiative, run__in=run_ids).order_by("at", "id")
    return {run_id: public_id for run_id, public_id in rows.values_list("run_id", "public_id") if run_id is not None}


def tally_of(evaluation: Evaluation) -> Tally:
    """Return the counts of one evaluation, in one query."""
    return tallies_of([evaluation])[evaluation.pk]


def tallies_of(evaluations: Collection[Evaluation]) -> dict[int, Tally]:
    """Return the counts of several evaluations by row id, in one query."""
    rows = EvaluationStratum.objects.filter(evaluation__in=evaluations).order_by("evaluation_id", "number")
    strata: dict[int, list[tuple[Stratum, Ladder]]] = {each.pk: [] for each in evaluations}
    for row in rows:
        strata[row.evaluation_id].append((_stratum(row), _ladder(row)))
    return {
        each.pk: Tally(tuple(each.slice_columns), tuple(each.group_columns), tuple(strata[each.pk]))
        for each in evaluations
    }


def confusion_of(evaluation: Evaluation) -> Confusion:
    """Return the counts by label and prediction, empty where none were reported."""
    return Confusion(tuple((label, predicted, n) for label, predicted, n in evaluation.confusion))


def _stratum(row: EvaluationStratum) -> Stratum:
    return Stratum(tuple(row.slices), tuple(row.groups), row.positive, row.selected)


def _ladder(row: EvaluationStratum) -> Ladder:
    return Ladder(tuple(row.levels), tuple(row.right), tuple(row.wrong), row.abstained_right, row.abstained_wrong)
