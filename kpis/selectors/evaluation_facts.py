"""Evaluations as the engine wants them."""

from __future__ import annotations

from kpis.scoring.inputs import DatasetFact, EvaluationFacts
from kpis.scoring.points import MetricPoint
from kpis.selectors.paths import evaluation_path
from projects.models import Evaluation, Initiative
from projects.progress.evaluations.tally import Tally
from projects.selectors.evaluations import confusion_of


def evaluation_facts(
    initiative: Initiative, evaluation: Evaluation, tally: Tally, answers_given: int = 0
) -> EvaluationFacts:
    """Return an evaluation with its counts; its dataset is loaded with it. No query."""
    dataset = evaluation.dataset
    leak = (None, None) if dataset is None else (dataset.leaked_rows, dataset.leaked_groups)
    return EvaluationFacts(
        id=evaluation.public_id,
        tally=tally,
        label=evaluation.name or evaluation.public_id,
        url=evaluation_path(initiative.workspace, initiative.key, evaluation.public_id),
        purpose=evaluation.purpose,
        dataset=None
        if dataset is None
        else DatasetFact(dataset.name, dataset.digest, dataset.labels_digest, "", *leak),
        commit=evaluation.commit,
        at=evaluation.at,
        recorded_at=evaluation.recorded_at,
        metrics={key: MetricPoint(**values) for key, values in evaluation.metrics.items()},
        confusion=confusion_of(evaluation),
        favourable=evaluation.favourable,
        components=evaluation.components,
        scope=evaluation.scope,
        abstention=evaluation.abstention,
        test_set="" if dataset is None else dataset.public_id,
        answers_given=answers_given,
    )
