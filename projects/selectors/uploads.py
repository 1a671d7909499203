"""How far an upload is, for the client that waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from projects.models import Evaluation, EvaluationUpload, UploadBlock


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """An upload with how many of its rows are counted, and its evaluation once there is one."""

    upload: EvaluationUpload
    counted: int

    @property
    def evaluation(self) -> Evaluation | None:
        """The evaluation that came of it."""
        return self.upload.evaluation

    @property
    def error(self) -> EvaluationUpload | None:
        """What ended it, None while nothing did."""
        return self.upload if self.upload.state == EvaluationUpload.State.FAILED else None


def status_of(upload: EvaluationUpload) -> UploadStatus:
    """Return how far an upload is, as the row stands now, in two queries."""
    about = (f"evaluation__{each}" for each in ("run", "model_version", "dataset", "connection"))
    now = EvaluationUpload.objects.select_related(*about).get(pk=upload.pk)
    if now.state == EvaluationUpload.State.DONE:
        return UploadStatus(now, now.rows)
    counted = UploadBlock.objects.filter(upload=now, state=UploadBlock.State.COUNTED).aggregate(rows=Sum("rows"))
    return UploadStatus(now, counted["rows"] or 0)
