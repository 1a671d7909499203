"""Data fingerprints: which version of which dataset exists, and which run used it."""

from __future__ import annotations

from django.db import models

from mltrack.accounts.models import Workspace
from projects.models.identifiers import dataset_id
from projects.models.initiatives import Initiative
from projects.models.runs import Run


class DatasetVersion(models.Model):
    """A dataset as it was: name and digest, with rows and digests of schema and labels where they are known.

    `labels_digest` is the version of its label set, `size` bytes, `files` how many files, `uri` where it lies, and
    `source` who told: the kind of a connection, `dvc` or `api`, empty where that was not kept. `leaked_rows` and
    `leaked_groups` are what its held-out splits share with those that were trained on, null where nobody knows: see
    `projects.progress.datasets.splits.leak_of`.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="dataset_versions")
    public_id = models.CharField(max_length=24, unique=True, default=dataset_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, null=True, related_name="dataset_versions")
    name = models.CharField(max_length=300)
    digest = models.CharField(max_length=128)
    rows = models.PositiveBigIntegerField(null=True)
    schema_digest = models.CharField(max_length=128, blank=True, default="")
    labels_digest = models.CharField(max_length=128, blank=True, default="")
    size = models.PositiveBigIntegerField(null=True)
    files = models.PositiveBigIntegerField(null=True)
    uri = models.CharField(max_length=500, blank=True, default="", db_default="")
    source = models.CharField(max_length=40, blank=True, default="", db_default="")
    leaked_rows = models.PositiveBigIntegerField(null=True, editable=False)
    leaked_groups = models.PositiveBigIntegerField(null=True, editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "initiative", "name", "digest"],
                name="dataset_version_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}@{self.digest[:12]}"


class DatasetSplit(models.Model):
    """A part of a dataset version, such as train or test.

    `duplicates` are rows that are there once more, `groups` different values of the group column, `class_counts`
    rows by class; null where not known. `digest` is the same in whatever order the rows came.
    """

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="splits", db_index=False)
    name = models.CharField(max_length=100)
    rows = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=128, blank=True, default="")
    duplicates = models.PositiveBigIntegerField(null=True)
    groups = models.PositiveBigIntegerField(null=True)
    class_counts = models.JSONField(null=True)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="dataset_split_once"),
            models.CheckConstraint(
                condition=models.Q(duplicates__isnull=True) | models.Q(duplicates__lte=models.F("rows")),
                name="dataset_split_duplicates_are_rows",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.name}"


class SplitHashes(models.Model):
    """The hashes of a split's different rows, and groups, sorted, 8 bytes each, the most significant first.

    Kept for the newest few versions of a name, to count what a later version shares with them; see
    `projects.services.dataset_splits`.
    """

    split = models.OneToOneField(DatasetSplit, on_delete=models.CASCADE, primary_key=True, related_name="hashes")
    rows = models.BinaryField()
    groups = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"hashes of {self.split_id}"


class SplitOverlap(models.Model):
    """How many different rows, and groups where they are known, are in both of two splits of a version."""

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="overlaps")
    left = models.ForeignKey(DatasetSplit, on_delete=models.CASCADE, related_name="overlaps_left", db_index=False)
    right = models.ForeignKey(DatasetSplit, on_delete=models.CASCADE, related_name="overlaps_right")
    rows = models.PositiveBigIntegerField()
    groups = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="split_overlap_once"),
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="split_overlap_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.rows} rows in {self.left_id} and {self.right_id}"


class VersionOverlap(models.Model):
    """How many different rows of a version, as what measures a model, are also in another, as what one is trained on.

    `groups` is null where they are not known. `is_counted` says that hashes of rows gave it, else somebody told.
    """

    measured = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="shared_with", db_index=False)
    trained = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="shared_by")
    rows = models.PositiveBigIntegerField()
    groups = models.PositiveBigIntegerField(null=True)
    is_counted = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measured", "trained"], name="version_overlap_once"),
            models.CheckConstraint(
                condition=~models.Q(measured=models.F("trained")), name="version_overlap_of_two_versions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.measured_id} in {self.trained_id}"


class RunDataset(models.Model):
    """A run used a dataset version, as training, validation or test data (`context`, free text of the source)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="dataset_links")
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="run_links")
    context = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "dataset", "context"], name="run_dataset_once")]

    def __str__(self) -> str:
        return f"{self.run_id} uses {self.dataset_id}"
