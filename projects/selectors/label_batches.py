"""Which dataset versions the batches of an initiative's labels are of."""

from __future__ import annotations

from collections.abc import Sequence

from projects.models import BatchDataset, DatasetVersion, Initiative, LabelingState


def ties_of(initiative: Initiative, version: DatasetVersion | None = None) -> Sequence[BatchDataset]:
    """Return them with their versions, of one version alone where it is given; one query. Projects gone count not."""
    ours = BatchDataset.objects.filter(project__initiative=initiative, project__state=LabelingState.ACTIVE)
    found = ours.select_related("dataset", "project").order_by("project_id", "batch")
    return list(found if version is None else found.filter(dataset=version))
