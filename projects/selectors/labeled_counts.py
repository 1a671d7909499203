"""How many tasks of initiatives have a label, for lists that show no more of labels than this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import OuterRef, Subquery, Sum

from projects.models import Initiative, LabelingProject, LabelingSnapshot, LabelingState, LabelingTally, TallyKind


def labeled_counts(initiatives: Iterable[int]) -> Mapping[int, int]:
    """Return the labeled tasks by initiative, zero left out, in three queries.

    Tasks that are here are counted; where a tool or a push told counts alone, the larger of what was told counts.
    """
    keys = list(initiatives)
    tallied = LabelingTally.objects.filter(
        project__initiative__in=keys, project__state=LabelingState.ACTIVE, kind=TallyKind.STATE, key__0="labeled"
    )
    projects = LabelingProject.objects.filter(initiative__in=keys, state=LabelingState.ACTIVE)
    newest = LabelingSnapshot.objects.filter(initiative=OuterRef("pk"), project=None).order_by("-time")
    pushed = Initiative.objects.filter(pk__in=keys).annotate(told=Subquery(newest.values("labeled")[:1]))
    found: dict[int, int] = {}
    for rows in (
        tallied.values_list("project__initiative").annotate(Sum("n")),
        projects.values_list("initiative").annotate(Sum("labeled")),
        pushed.filter(told__gt=0).values_list("pk", "told"),
    ):
        for key, count in rows:
            found[key] = max(found.get(key, 0), count or 0)
    return {key: count for key, count in found.items() if count}
