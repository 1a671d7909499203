"""Evaluations: how a model did on counted cases, kept as sums that every page can be computed from again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.connections import Connection
from projects.models.datasets import DatasetVersion
from projects.models.identifiers import evaluation_id
from projects.models.initiatives import Initiative
from projects.models.runs import ModelVersion, Run


class Purpose(models.TextChoices):
    VALIDATION = "validation", _("Validation")
    TEST = "test", _("Test")
    SHADOW = "shadow", _("Shadow")
    PRODUCTION = "production", _("Production")


class Origin(models.TextChoices):
    UPLOAD = "upload", _("Uploaded rows")
    STATISTICS = "statistics", _("Reported counts")
    CONNECTION = "connection", _("Pulled from a connection")


class Evaluation(models.Model):
    """A measured judgement of a model on a dataset version. Never edited: another measurement is another row.

    `n`, `right` and `abstained` are sums over the strata. `components` are digests by part (data, labels, features,
    code, hyperparameters, model, threshold, container), `metrics` `{key: {"value", "low", "high", "n"}}` with finite
    numbers, `confusion` `[[label, prediction, n], …]` in order. `members` names the models of an ensemble.
    `cases_until` is when the rows per case end; null where none are kept. `decided_at` and `right_at` are cases
    decided, and right, at 1, 2, … percent of coverage, as far as the model answers; null where not summed up yet.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="evaluations")
    public_id = models.CharField(max_length=24, unique=True, default=evaluation_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="evaluations", db_index=False)
    external_id = models.CharField(max_length=250, blank=True, default="")
    origin = models.CharField(max_length=10, choices=Origin.choices)
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="evaluations")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.TEST)
    name = models.CharField(max_length=200, blank=True, default="")
    family = models.CharField(max_length=120, blank=True, default="")
    members = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="evaluations")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.SET_NULL, null=True, related_name="evaluations")
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.RESTRICT, null=True, related_name="evaluations")
    commit = models.CharField(max_length=100, blank=True, default="")
    components = models.JSONField(default=dict, blank=True)
    scope = models.TextField(blank=True, default="")
    abstention = models.TextField(blank=True, default="")
    favourable = models.CharField(max_length=200, blank=True, default="")
    slice_columns = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    group_columns = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    n = models.PositiveBigIntegerField()
    right = models.PositiveBigIntegerField()
    abstained = models.PositiveBigIntegerField(default=0)
    decided_at = ArrayField(models.PositiveBigIntegerField(), null=True, editable=False)
    right_at = ArrayField(models.PositiveBigIntegerField(), null=True, editable=False)
    metrics = models.JSONField(default=dict, blank=True)
    confusion = models.JSONField(default=list, blank=True)
    cost = models.FloatField(null=True, blank=True)
    cases_until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "external_id"], condition=~Q(external_id=""), name="evaluation_once"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="evaluation_purpose_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="evaluation_origin_known"),
            models.CheckConstraint(
                condition=Q(n__gte=1, right__lte=F("n"), abstained__lte=F("n")), name="evaluation_counts_fit"
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0, cost__lt=float("inf")), name="evaluation_cost_sane"
            ),
        ]
        indexes = [
            models.Index(fields=["initiative", "-at", "-id"], name="evaluation_newest"),
            models.Index(fields=["workspace", "commit"], condition=~Q(commit=""), name="evaluation_by_commit"),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class EvaluationStratum(models.Model):
    """Cases of an evaluation that are alike, counted by confidence level, strictest first.

    One value per slice column and per group column, "" where none is stated; `positive` and `selected` say whether
    label and prediction are the favourable class, null where none was declared. The three arrays are of one length.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="strata", db_index=False)
    number = models.PositiveIntegerField()
    slices = ArrayField(models.CharField(max_length=200), default=list)
    groups = ArrayField(models.CharField(max_length=200), default=list)
    positive = models.BooleanField(null=True)
    selected = models.BooleanField(null=True)
    levels = ArrayField(models.PositiveIntegerField(), default=list)
    right = ArrayField(models.PositiveBigIntegerField(), default=list)
    wrong = ArrayField(models.PositiveBigIntegerField(), default=list)
    abstained_right = models.PositiveBigIntegerField(default=0)
    abstained_wrong = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="stratum_number_once"),
            models.UniqueConstraint(
                fields=["evaluation", "slices", "groups", "positive", "selected"],
                name="stratum_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(levels__len=F("right__len"), right__len=F("wrong__len")), name="stratum_arrays_fit"
            ),
            models.CheckConstraint(
                condition=Q(positive__isnull=True, selected__isnull=True)
                | Q(positive__isnull=False, selected__isnull=False),
                name="stratum_classes_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id}/{self.number}"


class CaseBlock(models.Model):
    """Some cases of an evaluation, one small row each, as columns: for pairing two models on the same cases.

    `ids` are keyed hashes of the cases' ids (int64), `levels` confidence levels (int16, −1 where the model abstained),
    `right` 0 or 1 (uint8), `strata` numbers of the evaluation's strata (int32); all little-endian and of `n` entries.
    Deleted when `Evaluation.cases_until` has come.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="case_blocks", db_index=False)
    number = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    ids = models.BinaryField()
    levels = models.BinaryField()
    right = models.BinaryField()
    strata = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="case_block_once")]

    def __str__(self) -> str:
        return f"{self.evaluation_id}/{self.number}"


class Pairing(models.Model):
    """Two evaluations on the same cases: who was right where the other was wrong. Outlives the cases themselves.

    `counts` is `{slice: [both, champion only, challenger only, neither]}`, where "" is all common cases and other
    slices are named "column=value".
    """

    champion = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+", db_index=False)
    challenger = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="pairings")
    counts = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["champion", "challenger"], name="pairing_once"),
            models.CheckConstraint(condition=~Q(champion=F("challenger")), name="pairing_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.champion_id} and {self.challenger_id}"
