"""The counted blocks of an upload become one evaluation, in one transaction."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from mltrack.accounts.access import system_principal
from mltrack.accounts.services.audit import record_audit
from mltrack.failpoints import failpoint
from projects.models import Evaluation, EvaluationUpload, Origin, UploadBlock
from projects.progress.evaluations.blocks import Merged, TooMany, merge_blocks, unpacked
from projects.progress.evaluations.cases import DuplicateCase
from projects.progress.evaluations.layout import Layout
from projects.services.backoff import MOST_ATTEMPTS
from projects.services.cases import keep_cases
from projects.services.evaluation_input import parse_description
from projects.services.evaluations import record_evaluation
from projects.services.pairings import pair_evaluation
from projects.services.upload_counting import Fault, State, fail_upload


class Taken(Exception):
    """An evaluation with the same external id was recorded meanwhile."""


def merge_upload(upload_id: int) -> Evaluation | None:
    """Record the evaluation of an upload whose blocks are all counted, if that is due.

    An upload that cannot be kept ends with the reason, and nothing of it stays.
    """
    upload = _claim(upload_id)
    if upload is None:
        return None
    failpoint("merge.after_claim")
    if upload.attempts > MOST_ATTEMPTS:
        fail_upload(upload.pk, Fault("worker_lost", f"Adding up ended its worker {MOST_ATTEMPTS} times."))
        return None
    evaluation = None
    try:
        evaluation = _record(upload, _merged(upload))
        failpoint("merge.after_commit")
    except TooMany as error:
        fail_upload(upload.pk, Fault("too_many", str(error)))
    except DuplicateCase as error:
        text = f"Row {error.again + 1:,} has the same id as row {error.first + 1:,}."
        fail_upload(upload.pk, Fault("bad_row", text, error.again + 1, "id"))
    except Taken:
        fail_upload(upload.pk, Fault("taken", "An evaluation with this external id was recorded meanwhile."))
    return evaluation


def due_merge() -> Q:
    """Return which uploads are to be recorded now."""
    left = UploadBlock.objects.filter(upload=OuterRef("pk")).exclude(state=UploadBlock.State.COUNTED)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Q(free, ~Exists(left), state=State.COUNTING)


@transaction.atomic
def _claim(upload_id: int) -> EvaluationUpload | None:
    due = EvaluationUpload.objects.select_related("initiative", "workspace").filter(due_merge(), pk=upload_id)
    upload = due.select_for_update(of=("self",), skip_locked=True).first()
    if upload is None:
        return None
    upload.attempts += 1
    until = Now() + timedelta(seconds=settings.MLTRACK_LEASE_SECONDS)
    EvaluationUpload.objects.filter(pk=upload.pk).update(attempts=upload.attempts, lease_until=until)
    return upload


def _merged(upload: EvaluationUpload) -> Merged:
    rows = UploadBlock.objects.filter(upload=upload).order_by("number").values_list("outcome", flat=True)
    return merge_blocks([unpacked(bytes(each or b"")) for each in rows.iterator(2)], Layout(tuple(upload.columns)))


@transaction.atomic
def _record(upload: EvaluationUpload, merged: Merged) -> Evaluation | None:
    mine = EvaluationUpload.objects.filter(pk=upload.pk, state=State.COUNTING, attempts=upload.attempts)
    if mine.select_for_update().first() is None:
        return None
    described, faults = parse_description(upload.description, upload.created_at)
    if described is None:
        raise ValueError(f"A description that was taken cannot be read any more: {faults[:1]}")
    record = described.record(merged.tally, merged.confusion, upload.created_at)
    evaluation, new = record_evaluation(upload.initiative, record, origin=Origin.UPLOAD)
    if not new:
        raise Taken
    if upload.keep_cases and merged.ids is not None:
        keep_cases(evaluation, merged.ids, merged.levels, merged.right, merged.strata)
        pair_evaluation(evaluation)
    mine.update(state=State.DONE, evaluation=evaluation, lease_until=None)
    UploadBlock.objects.filter(upload=upload).delete()
    after = {"upload": upload.public_id, "n": evaluation.n, "digest": upload.digest}
    record_audit(system_principal(upload.workspace), "record", "evaluation", evaluation.public_id, after=after)
    failpoint("merge.before_commit")
    return evaluation
