"""Ground truth in the making: labeling projects, their tasks and annotations, and what was counted of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.connections import Connection
from projects.models.datasets import DatasetVersion
from projects.models.identifiers import labeling_project_id
from projects.models.initiatives import Initiative

LONGEST_LABEL = 200
"""Characters of a class, which is a label value."""
LONGEST_DATASET = 430
"""Characters of `name@digest`, by which a tool names a dataset version."""


class LabelingState(models.TextChoices):
    ACTIVE = "active", _("Active")
    GONE = "gone", _("Deleted in the tool")


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    LABELED = "labeled", _("Labeled")
    SKIPPED = "skipped", _("Skipped")


class TallyKind(models.TextChoices):
    STATE = "state", _("Tasks by state")
    CLASS = "class", _("Labeled tasks by class")
    DAY = "day", _("Labeled tasks by day of their first label")
    PATTERN = "pattern", _("Labeled tasks by pattern of labels and week of their last label")
    PAIR = "pair", _("Tasks by two annotators and their labels")
    GOLD = "gold", _("Gold tasks by annotator, right label and label given")


class LabelingProject(models.Model):
    """A project of a labeling tool with the tool's own counts, or what is pushed to an initiative (no connection).

    `counted_at` is when the tool counted; its counts are null where it does not say. Who writes anything of a project
    holds its row.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="labeling_projects")
    public_id = models.CharField(max_length=24, unique=True, default=labeling_project_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="labeling_projects")
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, null=True, related_name="labeling_projects", db_index=False
    )
    external_id = models.CharField(max_length=250, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    url = models.URLField(max_length=1000, blank=True, default="")
    state = models.CharField(max_length=8, choices=LabelingState.choices, default=LabelingState.ACTIVE)
    overlap = models.PositiveIntegerField(null=True)
    total = models.PositiveBigIntegerField(null=True)
    labeled = models.PositiveBigIntegerField(null=True)
    finished = models.PositiveBigIntegerField(null=True)
    skipped = models.PositiveBigIntegerField(null=True)
    reviewed = models.PositiveBigIntegerField(null=True)
    annotations = models.PositiveBigIntegerField(null=True)
    predictions = models.PositiveBigIntegerField(null=True)
    ground_truth = models.PositiveBigIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="labeling_once_per_connection"),
            models.UniqueConstraint(
                fields=["initiative"], condition=Q(connection__isnull=True), name="labeling_pushed_once"
            ),
            models.CheckConstraint(condition=Q(state__in=LabelingState.values), name="labeling_state_known"),
            models.CheckConstraint(
                condition=Q(connection__isnull=True, external_id="") | Q(connection__isnull=False) & ~Q(external_id=""),
                name="labeling_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class LabelTask(models.Model):
    """One thing to label, with what its annotations say together; `deleted_at` where it is gone at its source.

    `labels` is its pattern, `[[class, times], …]` in order. `label` is the class that it counts for: `gold`, else what
    more annotators gave than any other, "" for a tie. `disagreement` is the share of pairs of labels that differ, null
    with fewer than two. `first_label_at` and `last_label_at` are of labels that count. All of these, and the tallies,
    are moved together when annotations change. `is_reviewed` is null where the tool does not say.
    """

    project = models.ForeignKey(LabelingProject, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    external_id = models.CharField(max_length=250)
    batch = models.CharField(max_length=200, blank=True, default="")
    url = models.URLField(max_length=1000, blank=True, default="")
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    is_reviewed = models.BooleanField(null=True)
    gold = models.CharField(max_length=LONGEST_LABEL, blank=True, default="")
    predictions = models.PositiveIntegerField(default=0)
    labels = models.JSONField(default=list, blank=True)
    label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="")
    disagreement = models.FloatField(null=True)
    first_label_at = models.DateTimeField(null=True)
    last_label_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "external_id"], name="label_task_once"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="label_task_state_known"),
            models.CheckConstraint(
                condition=Q(state="labeled", first_label_at__isnull=False, last_label_at__isnull=False)
                | ~Q(state="labeled") & Q(first_label_at__isnull=True, last_label_at__isnull=True),
                name="label_task_labeled_has_labels",
            ),
            models.CheckConstraint(
                condition=Q(disagreement__isnull=True) | Q(disagreement__gte=0, disagreement__lte=1),
                name="label_task_disagreement_is_a_ratio",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "-disagreement", "external_id"],
                condition=Q(disagreement__gt=0, deleted_at__isnull=True),
                name="label_task_disputed",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class Annotator(models.Model):
    """Somebody who labels, as a pseudonym: a keyed hash of what the tool calls them, and a number within the project.

    The name itself is kept nowhere. What is told of single annotators is for the labeling lead alone.
    """

    project = models.ForeignKey(LabelingProject, on_delete=models.CASCADE, related_name="annotators", db_index=False)
    number = models.PositiveIntegerField()
    pseudonym = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="annotator_number_once"),
            models.UniqueConstraint(fields=["project", "pseudonym"], name="annotator_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="annotator_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"Annotator {self.number}"


class Annotation(models.Model):
    """One annotator's answer to a task; the newest of an annotator counts. `lead_time` is seconds.

    `label` is null where a tool's task was skipped, or where a pushed label was taken back. A tool's annotation has its
    `external_id` there; a pushed one has none, and is known by task, annotator and time.
    """

    task = models.ForeignKey(LabelTask, on_delete=models.CASCADE, related_name="annotations")
    external_id = models.CharField(max_length=250, blank=True, default="")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    label = models.CharField(max_length=LONGEST_LABEL, null=True, blank=True)
    time = models.DateTimeField()
    lead_time = models.FloatField(null=True)
    is_ground_truth = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "external_id"], condition=~Q(external_id=""), name="annotation_once_per_tool"
            ),
            models.UniqueConstraint(
                fields=["task", "annotator", "time"], condition=Q(external_id=""), name="annotation_once_per_push"
            ),
            models.CheckConstraint(
                condition=Q(lead_time__isnull=True) | Q(lead_time__gte=0, lead_time__lt=float("inf")),
                name="annotation_lead_time_sane",
            ),
            models.CheckConstraint(condition=Q(label__isnull=True) | ~Q(label=""), name="annotation_label_not_empty"),
        ]
        indexes = [models.Index(fields=["annotator", "task"], name="annotation_of_annotator")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.label}"


class LabelingSnapshot(models.Model):
    """How far labeling was at a moment: of a project of a tool, one a day; or pushed (no project), one a moment.

    `per_class` is labeled tasks by class, `{class: n}`; null where it was not said, as are `reviewed` and `skipped`.
    `day` is that of `time` in UTC.
    """

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="labeling_snapshots", db_index=False
    )
    project = models.ForeignKey(
        LabelingProject, on_delete=models.CASCADE, null=True, related_name="snapshots", db_index=False
    )
    time = models.DateTimeField()
    day = models.DateField()
    total = models.PositiveBigIntegerField()
    labeled = models.PositiveBigIntegerField()
    reviewed = models.PositiveBigIntegerField(null=True)
    skipped = models.PositiveBigIntegerField(null=True)
    per_class = models.JSONField(null=True)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "day"], condition=Q(project__isnull=False), name="labeling_snapshot_a_day"
            ),
            models.UniqueConstraint(
                fields=["initiative", "time"], condition=Q(project__isnull=True), name="labeling_snapshot_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["initiative", "-time", "-id"], name="labeling_snapshot_newest")]

    def __str__(self) -> str:
        return f"{self.labeled} of {self.total}"


class LabelingTally(models.Model):
    """Tasks of a project that are alike in one respect, counted: sums that changed tasks move.

    States and classes are counted by batch, the others over all batches.

    `key` says in which: `[state, is_reviewed]`, `[class]`, `[]`, the pattern `[[class, times], …]`, the numbers of two
    annotators and their labels `[number, number, label, label]`, or `[number, right label, label]`; `digest` stands for
    it in the index. `day` is the day of the first label, or the Monday of the last one's week; null for other kinds. No
    row counts zero.
    """

    project = models.ForeignKey(LabelingProject, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    batch = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=8, choices=TallyKind.choices)
    day = models.DateField(null=True)
    digest = models.CharField(max_length=32)
    key = models.JSONField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "batch", "day", "digest"], name="labeling_tally_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(n__gte=0), name="labeling_tally_not_negative"),
            models.CheckConstraint(condition=Q(kind__in=TallyKind.values), name="labeling_tally_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.n}"


class BatchDataset(models.Model):
    """The tasks of a batch are of a dataset version; the batch "" holds those that name none.

    `named` is how a tool's tasks call the version: `name@digest`, or its digest alone; "" where a person or CI tied
    them. `dataset` is null as long as the initiative has no version that is called so.
    """

    project = models.ForeignKey(
        LabelingProject, on_delete=models.CASCADE, related_name="batch_datasets", db_index=False
    )
    batch = models.CharField(max_length=200, blank=True, default="")
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, null=True, related_name="label_batches")
    named = models.CharField(max_length=LONGEST_DATASET, blank=True, default="")
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "batch"], name="batch_of_one_dataset"),
            models.CheckConstraint(condition=Q(dataset__isnull=False) | ~Q(named=""), name="batch_dataset_is_told"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} of {self.named or self.dataset_id}"


class AnnotatorFigures(models.Model):
    """That a labeling lead may see figures of an initiative's single annotators. Without a row nobody may."""

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, related_name="annotator_figures")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Figures of the annotators of {self.initiative_id}"
