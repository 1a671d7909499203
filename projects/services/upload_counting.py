"""One block of an upload is counted, by any worker: claimed in the database, counted, kept or refused."""

from __future__ import annotations

import gc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from mltrack.failpoints import failpoint
from projects.models import EvaluationUpload, UploadBlock
from projects.progress.evaluations.blocks import packed
from projects.progress.evaluations.layout import Layout
from projects.progress.evaluations.rows import BadRow, count_rows
from projects.services.backoff import MOST_ATTEMPTS
from projects.services.cases import case_key

MOST_INFLATED: Final = 16_000_000
_GZIP: Final = 31
State = EvaluationUpload.State


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an upload ended: a code, words, and the row from 1 and its column where there are any."""

    code: str
    text: str
    row: int | None = None
    column: str = ""


def count_block(block_id: int) -> int | None:
    """Count a block if that is due; return its upload's id when it was the last one.

    An upload with a row that cannot be counted ends with its number, and nothing of it stays.
    """
    block = _claim(block_id)
    if block is None:
        return None
    failpoint("count.after_claim")
    if block.attempts > MOST_ATTEMPTS:
        fail_upload(block.upload_id, Fault("worker_lost", f"Counting ended its worker {MOST_ATTEMPTS} times."))
        return None
    try:
        outcome = _counted(block)
    except BadRow as bad:
        fail_upload(block.upload_id, Fault("bad_row", str(bad), bad.row, bad.column))
        return None
    kept = _keep(block, outcome)
    failpoint("count.after_commit")
    return block.upload_id if kept and is_counted(block.upload_id) else None


@transaction.atomic
def _claim(block_id: int) -> UploadBlock | None:
    """Take a block for as long as a lease lasts. The attempt is counted; it is committed before the work."""
    due = UploadBlock.objects.select_related("upload__workspace").filter(due_block(), pk=block_id)
    block = due.select_for_update(of=("self",), skip_locked=True).first()
    if block is None:
        return None
    block.attempts += 1
    until = Now() + timedelta(seconds=settings.MLTRACK_LEASE_SECONDS)
    UploadBlock.objects.filter(pk=block.pk).update(attempts=block.attempts, lease_until=until)
    return block


def due_block() -> Q:
    """Return which blocks are to be counted now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return free & Q(state=UploadBlock.State.WAITING, upload__state__in=[State.RECEIVING, State.COUNTING])


def _counted(block: UploadBlock) -> bytes:
    upload = block.upload
    layout = Layout(tuple(upload.columns), str(upload.description.get("favourable") or ""))
    text = _inflated(bytes(block.data or b""), block.first_row)
    with _no_collection():
        return packed(count_rows(text, layout, block.first_row, block.rows, case_key(upload.workspace)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no cycles meanwhile: rows make none, and looking takes longer than reading them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _inflated(data: bytes, first_row: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        text = inflater.decompress(data, MOST_INFLATED + 1)
    except zlib.error:
        raise BadRow(first_row, "", "the block that begins with it is not gzip") from None
    if len(text) > MOST_INFLATED:
        raise BadRow(first_row, "", f"the block that begins with it holds more than {MOST_INFLATED:,} bytes")
    if not inflater.eof or inflater.unused_data:
        raise BadRow(first_row, "", "the block that begins with it is not one whole gzip member")
    return text


@transaction.atomic
def _keep(block: UploadBlock, outcome: bytes) -> bool:
    """Keep what was counted, unless another worker took the block over or the upload has ended meanwhile."""
    mine = UploadBlock.objects.filter(pk=block.pk, state=UploadBlock.State.WAITING, attempts=block.attempts)
    kept = mine.update(state=UploadBlock.State.COUNTED, data=None, outcome=outcome, lease_until=None)
    failpoint("count.before_commit")
    return bool(kept)


def is_counted(upload_id: int) -> bool:
    """Say whether all of an upload has come and is counted."""
    left = UploadBlock.objects.filter(upload=upload_id).exclude(state=UploadBlock.State.COUNTED)
    return EvaluationUpload.objects.filter(pk=upload_id, state=State.COUNTING).exists() and not left.exists()


@transaction.atomic
def fail_upload(upload_id: int, fault: Fault) -> bool:
    """End an upload that has not ended, drop its rows, and say whether it was this that ended it."""
    living = EvaluationUpload.objects.filter(pk=upload_id, state__in=[State.RECEIVING, State.COUNTING])
    ended = living.update(
        state=State.FAILED,
        error_code=fault.code,
        error_row=fault.row,
        error_column=fault.column,
        error_text=fault.text,
        lease_until=None,
    )
    if ended:
        UploadBlock.objects.filter(upload=upload_id).delete()
    return bool(ended)
