"""Rows of an evaluation as they come in, block by block: what came stays, and a cut connection goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.failpoints import failpoint
from projects.models import Evaluation, EvaluationUpload, Initiative, UploadBlock
from projects.services.evaluation_pushes import EvaluationRejected, unknown_subjects
from projects.services.run_rows import lock_source
from projects.services.upload_input import UploadInput

MOST_OPEN: Final = 20
State = EvaluationUpload.State


class OutOfPlace(Exception):
    """The bytes are not those that are awaited next: others came meanwhile, or the upload has ended."""


class Damaged(Exception):
    """A block is not the one that was announced. Nothing of it was kept."""


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer only at the end."""


@transaction.atomic
def begin_upload(principal: Principal, initiative: Initiative, given: UploadInput) -> tuple[EvaluationUpload, bool]:
    """Return the upload of this description and content, and whether it is new; one that failed begins anew.

    Raises EvaluationRejected where a run or version that it names is not known, ValidationError where another
    evaluation has its external id, or too many uploads wait for their bytes.
    """
    lock_source(initiative)
    known = EvaluationUpload.objects.filter(initiative=initiative, digest=given.digest).exclude(state=State.FAILED)
    old = known.first()
    if old is not None:
        return old, False
    _check_free(initiative, str(given.description.get("external_id") or ""))
    named = [str(given.description.get(each) or "") for each in ("run", "model_version")]
    faults = unknown_subjects(initiative, *named)
    if faults:
        raise EvaluationRejected(faults)
    upload = EvaluationUpload.objects.create(
        workspace_id=initiative.workspace_id,
        initiative=initiative,
        digest=given.digest,
        description={**given.description},
        columns=list(given.layout.columns),
        keep_cases=given.keep_cases,
        size=given.size,
        rows=given.rows,
    )
    UploadBlock.objects.bulk_create(_blocks(upload, given))
    after = {"upload": upload.public_id, "rows": given.rows, "digest": given.digest}
    record_audit(principal, "upload", "evaluation", initiative.key, after=after)
    return upload, True


def _check_free(initiative: Initiative, external_id: str) -> None:
    taken = Evaluation.objects.filter(initiative=initiative, external_id=external_id).exclude(external_id="").first()
    if taken is not None:
        words = f"The evaluation {taken.public_id} has this external id, and is never edited: give another one."
        raise ValidationError({"external_id": words})
    if EvaluationUpload.objects.filter(initiative=initiative, state=State.RECEIVING).count() >= MOST_OPEN:
        raise ValidationError(f"{MOST_OPEN} uploads wait for the rest of their bytes; finish them first.")


def _blocks(upload: EvaluationUpload, given: UploadInput) -> Iterator[UploadBlock]:
    offset, first_row = 0, 1
    for number, each in enumerate(given.blocks):
        yield UploadBlock(
            upload=upload,
            number=number,
            offset=offset,
            size=each.size,
            first_row=first_row,
            rows=each.rows,
            sha256=each.sha256,
        )
        offset, first_row = offset + each.size, first_row + each.rows


def receive(upload: EvaluationUpload, offset: int, length: int, source: Source) -> Iterator[int]:
    """Read blocks from `offset`, `length` bytes at most; yield the id of each that was committed.

    A block that is cut off is dropped. Raises OutOfPlace for another offset than the awaited one, and Damaged.
    """
    if offset != upload.offset or upload.state != State.RECEIVING:
        raise OutOfPlace
    for block in (
        UploadBlock.objects.filter(upload=upload, offset__gte=offset).order_by("offset").defer("data", "outcome")
    ):
        if length < block.size:
            return
        data = source.read(block.size)
        if len(data) < block.size:
            return
        length -= block.size
        if sha256(data).hexdigest() != block.sha256:
            raise Damaged
        _keep(upload, block, data)
        failpoint("upload.after_commit")
        yield block.pk


@transaction.atomic
def _keep(upload: EvaluationUpload, block: UploadBlock, data: bytes) -> None:
    whole = block.offset + block.size == upload.size
    awaited = EvaluationUpload.objects.filter(pk=upload.pk, state=State.RECEIVING, offset=block.offset)
    state = State.COUNTING if whole else State.RECEIVING
    if not awaited.update(offset=F("offset") + block.size, touched_at=Now(), state=state):
        raise OutOfPlace
    UploadBlock.objects.filter(pk=block.pk).update(state=UploadBlock.State.WAITING, data=data)
    failpoint("upload.before_commit")
