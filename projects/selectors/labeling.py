"""Labels as they are kept: snapshots, and sums of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet, Sum

from projects.models import Initiative, LabelingProject, LabelingSnapshot, LabelingTally, TallyKind


def classes_of_project(project: LabelingProject) -> dict[str, int]:
    """Return labeled tasks by class, in the order of the names."""
    rows = LabelingTally.objects.filter(project=project, kind=TallyKind.CLASS)
    sums = rows.values_list("key").annotate(sum=Sum("n")).order_by()
    return dict(sorted((key[0], n) for key, n in sums))


def labeling_snapshot_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[LabelingSnapshot]:
    """Return the snapshots of an initiative; asked may hold since (from then on) and until (before then)."""
    columns = {"since": "time__gte", "until": "time__lt"}
    wanted = {columns[name]: value for name, value in asked.items() if name in columns}
    return LabelingSnapshot.objects.filter(initiative=initiative, **wanted).select_related("project")
