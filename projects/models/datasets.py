"""Data fingerprints: which version of which dataset exists, and which run used it."""

from __future__ import annotations

from django.db import models

from mltrack.accounts.models import Workspace
from projects.models.identifiers import dataset_id
from projects.models.initiatives import Initiative
from projects.models.runs import Run


class DatasetVersion(models.Model):
    """A dataset as it was: name and digest, with rows and digests of schema and labels where they are known."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="dataset_versions")
    public_id = models.CharField(max_length=24, unique=True, default=dataset_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, null=True, related_name="dataset_versions")
    name = models.CharField(max_length=300)
    digest = models.CharField(max_length=128)
    rows = models.PositiveBigIntegerField(null=True)
    schema_digest = models.CharField(max_length=128, blank=True, default="")
    labels_digest = models.CharField(max_length=128, blank=True, default="")
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


class RunDataset(models.Model):
    """A run used a dataset version, as training, validation or test data (`context`, free text of the source)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="dataset_links")
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="run_links")
    context = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "dataset", "context"], name="run_dataset_once")]

    def __str__(self) -> str:
        return f"{self.run_id} uses {self.dataset_id}"
