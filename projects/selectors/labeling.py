"""The sums of a labeling project."""

from __future__ import annotations

from django.db.models import Sum

from projects.models import LabelingProject, LabelingTally, TallyKind


def classes_of_project(project: LabelingProject) -> dict[str, int]:
    """Return labeled tasks by class, in the order of the names."""
    rows = LabelingTally.objects.filter(project=project, kind=TallyKind.CLASS)
    sums = rows.values_list("key").annotate(sum=Sum("n")).order_by()
    return dict(sorted((key[0], n) for key, n in sums))
