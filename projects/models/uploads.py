"""Rows of evaluations on their way in: kept until they are counted, and gone when they are or cannot be."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.evaluations import Evaluation
from projects.models.identifiers import upload_id
from projects.models.initiatives import Initiative


class EvaluationUpload(models.Model):
    """An evaluation that is being uploaded. `offset` bytes of `size` have come, always whole blocks.

    `digest` tells description and content: the same upload, begun again, goes on. `description` is what the evaluation
    says of itself, `columns` what each column of the rows is. `attempts` and `lease_until` belong to the merge of the
    counted blocks. What went wrong is told by code, row (from 1) and column where there is one, and words.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        COUNTING = "counting", _("Counting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="evaluation_uploads")
    public_id = models.CharField(max_length=24, unique=True, default=upload_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="uploads", db_index=False)
    digest = models.CharField(max_length=64)
    description = models.JSONField()
    columns = ArrayField(models.CharField(max_length=120))
    keep_cases = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    offset = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField()
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, null=True, related_name="uploads")
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_row = models.PositiveBigIntegerField(null=True)
    error_column = models.CharField(max_length=120, blank=True, default="")
    error_text = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "digest"], condition=~Q(state="failed"), name="upload_of_content_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["receiving", "counting", "done", "failed"]), name="upload_state_known"
            ),
            models.CheckConstraint(
                condition=Q(offset__lte=F("size"), size__gte=1, rows__gte=1), name="upload_sizes_fit"
            ),
            models.CheckConstraint(
                condition=Q(state="done", evaluation__isnull=False) | ~Q(state="done") & Q(evaluation__isnull=True),
                name="upload_done_has_evaluation",
            ),
        ]
        indexes = [
            models.Index(fields=["touched_at"], condition=Q(state="receiving"), name="upload_receiving"),
            models.Index(fields=["id"], condition=Q(state="counting"), name="upload_counting"),
        ]

    def __str__(self) -> str:
        return self.public_id


class UploadBlock(models.Model):
    """Some whole rows of an upload, as one gzip member, and what was counted in them.

    `state` says what is due: its bytes, its counting, or nothing. `attempts` are counted and committed before the
    counting; they tell a worker's own attempt from a later one's.
    """

    class State(models.TextChoices):
        AWAITED = "awaited", _("Awaited")
        WAITING = "waiting", _("Waiting")
        COUNTED = "counted", _("Counted")

    upload = models.ForeignKey(EvaluationUpload, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    number = models.PositiveIntegerField()
    offset = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    first_row = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.AWAITED)
    data = models.BinaryField(null=True)
    outcome = models.BinaryField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_block_once"),
            models.UniqueConstraint(fields=["upload", "offset"], name="upload_block_place_once"),
            models.CheckConstraint(
                condition=Q(state="awaited", data__isnull=True, outcome__isnull=True)
                | Q(state="waiting", data__isnull=False, outcome__isnull=True)
                | Q(state="counted", data__isnull=True, outcome__isnull=False),
                name="upload_block_state_fits",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="upload_block_waiting")]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"
