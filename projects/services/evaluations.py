"""Evaluations: the only writer of evaluations and their counts, whatever way they came in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction

from projects.connectors.records import EvaluationRecord
from projects.models import Connection, DatasetVersion, Evaluation, Initiative, Origin
from projects.progress.evaluations.coverages import coverages_of
from projects.selectors.evaluation_subjects import model_version_named, run_named
from projects.selectors.evaluations import tally_of
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.strata import copy_strata

_SUMS = ("n", "right", "abstained", "decided_at", "right_at")
MOST_SUMMED = 200


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
    run = run_named(initiative, record.run, connection)
    version = model_version_named(initiative, record.model_version)
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
    copy_strata(kept, record.tally.strata)
    note_due([initiative.pk], "evaluation recorded")
    return kept, True


def differences(kept: Evaluation, record: EvaluationRecord) -> list[str]:
    """Return the fields in which an evaluation that is kept differs from a record, whenever it was measured."""
    columns = _columns(record)
    found = [name for name, value in columns.items() if name not in ("at", *_SUMS) and getattr(kept, name) != value]
    if tally_of(kept) != record.tally:
        found.append("counts")
    given = record.dataset and (record.dataset.name, record.dataset.digest)
    if given != (kept.dataset and (kept.dataset.name, kept.dataset.digest)):
        found.append("dataset")
    run = run_named(kept.initiative, record.run)
    if record.run and (run is None or run.pk != kept.run_id):
        found.append("run")
    version = model_version_named(kept.initiative, record.model_version)
    if (version and version.pk) != kept.model_version_id:
        found.append("model_version")
    return sorted(found)


def sum_up(most: int = MOST_SUMMED) -> int:
    """Sum up by coverage what was kept before that was done at once, newest first; return how many evaluations."""
    found = list(Evaluation.objects.filter(decided_at__isnull=True).order_by("-id")[:most])
    for each in found:
        summed = coverages_of(tally_of(each).whole)
        kept = Evaluation.objects.filter(pk=each.pk)
        kept.update(decided_at=list(summed.decided), right_at=list(summed.right))
    return len(found)


def _columns(record: EvaluationRecord) -> dict[str, Any]:
    whole = record.tally.whole
    if not whole.n:
        raise ValueError("An evaluation has at least one case.")
    summed = coverages_of(whole)
    copied = ("external_id", "purpose", "name", "family", "commit", "scope", "abstention", "favourable", "cost", "at")
    return {name: getattr(record, name) for name in copied} | {
        "members": list(record.members),
        "components": dict(record.components),
        "slice_columns": list(record.tally.slice_columns),
        "group_columns": list(record.tally.group_columns),
        "n": whole.n,
        "right": sum(whole.right) + whole.abstained_right,
        "abstained": whole.abstained,
        "decided_at": list(summed.decided),
        "right_at": list(summed.right),
        "metrics": {key: asdict(metric) for key, metric in record.metrics.items()},
        "confusion": [list(each) for each in record.confusion.counts],
    }


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
        defaults={"rows": given.rows, "schema_digest": given.schema_digest or "", "source": "api"},
    )
    return version
