"""Evaluations: the only writer of evaluations and their counts, whatever way they came in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction

from projects.connectors.records import EvaluationRecord
from projects.models import (
    Connection,
    DatasetVersion,
    Evaluation,
    EvaluationStratum,
    Initiative,
    ModelVersion,
    Origin,
    Run,
)
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.tally import Stratum
from projects.services.due import note_due
from projects.services.run_rows import lock_source


@transaction.atomic
def record_evaluation(
    initiative: Initiative, record: EvaluationRecord, *, origin: Origin, connection: Connection | None = None
) -> tuple[Evaluation, bool]:
    """Keep an evaluation, and return it with whether it is new; one with the same external id stays as it is.

    The run and the model version are found among those that count for the initiative, and left empty where none is
    known. Raises ValueError for a record without cases.
    """
    lock_source(initiative)
    known = Evaluation.objects.filter(initiative=initiative, external_id=record.external_id).exclude(external_id="")
    old = known.first()
    if old is not None:
        return old, False
    run, version = _run(initiative, record.run), _model_version(initiative, record.model_version)
    kept = Evaluation.objects.create(
        workspace_id=initiative.workspace_id,
        initiative=initiative,
        origin=origin,
        connection=connection,
        run=run or (version.run if version else None),
        model_version=version,
        dataset=_dataset(initiative, record),
        **_columns(record),
    )
    EvaluationStratum.objects.bulk_create(
        [_stratum(kept, number, *pair) for number, pair in enumerate(record.tally.strata)]
    )
    note_due([initiative.pk], "evaluation recorded")
    return kept, True


def _columns(record: EvaluationRecord) -> dict[str, Any]:
    whole = record.tally.whole
    if not whole.n:
        raise ValueError("An evaluation has at least one case.")
    copied = ("external_id", "purpose", "name", "family", "commit", "scope", "abstention", "favourable", "cost", "at")
    return {name: getattr(record, name) for name in copied} | {
        "members": list(record.members),
        "components": dict(record.components),
        "slice_columns": list(record.tally.slice_columns),
        "group_columns": list(record.tally.group_columns),
        "n": whole.n,
        "right": sum(whole.right) + whole.abstained_right,
        "abstained": whole.abstained,
        "metrics": {key: asdict(metric) for key, metric in record.metrics.items()},
        "confusion": [list(each) for each in record.confusion.counts],
    }


def _stratum(kept: Evaluation, number: int, stratum: Stratum, ladder: Ladder) -> EvaluationStratum:
    return EvaluationStratum(
        evaluation=kept,
        number=number,
        slices=list(stratum.slices),
        groups=list(stratum.groups),
        positive=stratum.positive,
        selected=stratum.selected,
        levels=list(ladder.levels),
        right=list(ladder.right),
        wrong=list(ladder.wrong),
        abstained_right=ladder.abstained_right,
        abstained_wrong=ladder.abstained_wrong,
    )


def _run(initiative: Initiative, name: str) -> Run | None:
    """Return the run of this public or external id, the newest where several sources use the same."""
    if not name:
        return None
    ours = Run.objects.filter(links__initiative=initiative, deleted_at=None)
    return ours.filter(public_id=name).first() or ours.filter(external_id=name).order_by("-id").first()


def _model_version(initiative: Initiative, name: str) -> ModelVersion | None:
    """Return the version that `name/version` or a public id names among those of the initiative."""
    model, slash, number = name.removeprefix("models:/").rpartition("/")
    ours = ModelVersion.objects.filter(workspace_id=initiative.workspace_id, deleted_at=None)
    wanted = ours.filter(name=model, version=number) if slash else ours.filter(public_id=name)
    own = wanted.filter(pushed_to=initiative) | wanted.filter(run__links__initiative=initiative)
    return own.order_by("-id").first() if name else None


def _dataset(initiative: Initiative, record: EvaluationRecord) -> DatasetVersion | None:
    """Return the initiative's version of the data, made where it is new."""
    if record.dataset is None:
        return None
    given = record.dataset
    version, _ = DatasetVersion.objects.get_or_create(
        workspace_id=initiative.workspace_id,
        initiative=initiative,
        name=given.name,
        digest=given.digest,
        defaults={"rows": given.rows, "schema_digest": given.schema_digest or ""},
    )
    return version
