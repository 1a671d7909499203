"""The sums of a labeling project, and snapshots as the rows of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Sum

from mltrack.cells import Cell
from projects.models import Initiative, LabelingProject, LabelingSnapshot, LabelingTally, TallyKind

SNAPSHOT_COLUMNS: Final = ("time", "project", "total", "labeled", "reviewed", "skipped", "class", "labeled_of_class")
PORTION: Final = 2_000


def classes_of_project(project: LabelingProject) -> dict[str, int]:
    """Return labeled tasks by class, in the order of the names."""
    rows = LabelingTally.objects.filter(project=project, kind=TallyKind.CLASS)
    sums = rows.values_list("key").annotate(sum=Sum("n")).order_by()
    return dict(sorted((key[0], n) for key, n in sums))


def snapshot_lines(initiative: Initiative) -> Iterator[tuple[Cell, ...]]:
    """Return the labeling snapshots as rows, oldest first, one for each class where classes were told.

    One query, whose rows are streamed.
    """
    yield SNAPSHOT_COLUMNS
    rows = LabelingSnapshot.objects.filter(initiative=initiative).select_related("project").order_by("time", "pk")
    for each in rows.iterator(PORTION):
        project = each.project.name or each.project.external_id if each.project else ""
        counts = (each.total, each.labeled, each.reviewed, each.skipped)
        head = (each.time, project, *counts)
        for name, n in sorted((each.per_class or {"": None}).items()):
            yield (*head, name, n)
