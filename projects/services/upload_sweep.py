"""What is due of uploads, told by the rows alone, and the end of those that nobody finishes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from projects.models import EvaluationUpload, UploadBlock
from projects.services.upload_counting import Fault, State, due_block, fail_upload
from projects.services.upload_merging import due_merge

_AT_ONCE: Final = 50
_REMEMBERED: Final = timedelta(days=30)


def due_work(most: int) -> tuple[list[int], list[int]]:
    """Return the blocks to count now and the uploads to record now, the oldest first; so many of each at most."""
    blocks = UploadBlock.objects.filter(due_block()).order_by("pk").values_list("pk", flat=True)
    uploads = EvaluationUpload.objects.filter(due_merge()).order_by("pk").values_list("pk", flat=True)
    return list(blocks[:most]), list(uploads[:most])


def drop_stale() -> int:
    """End uploads whose bytes stopped to come `MLTRACK_UPLOAD_HOURS` ago, and return how many; forget old failures."""
    hours = settings.MLTRACK_UPLOAD_HOURS
    stale = EvaluationUpload.objects.filter(state=State.RECEIVING, touched_at__lt=Now() - timedelta(hours=hours))
    fault = Fault("expired", f"The rest of the upload did not come within {hours} hours.")
    ended = [fail_upload(each, fault) for each in stale.values_list("pk", flat=True)[:_AT_ONCE]]
    EvaluationUpload.objects.filter(state=State.FAILED, touched_at__lt=Now() - _REMEMBERED).delete()
    return sum(ended)
