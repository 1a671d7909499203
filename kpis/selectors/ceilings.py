"""Targets that lie above what the labels of an initiative allow to be measured."""

from __future__ import annotations

from collections.abc import Iterable

from kpis.models import Target
from kpis.models.targets import TargetState
from kpis.scoring.labeling.ceiling import Ceiling
from kpis.scoring.labeling.ceiling_caution import ceiling_caution
from kpis.selectors.facts import target_facts
from projects.models import Initiative


def cautions_of(targets: Iterable[Target], ceiling: Ceiling | None) -> list[str]:
    """Return what the ceiling says of targets; nothing of those that it does not stand against."""
    return [words for each in targets if (words := ceiling_caution(target_facts(each), ceiling))]


def accuracy_targets(initiative: Initiative) -> list[Target]:
    """Return the targets on accuracy over all cases that are in force or proposed, in one query."""
    states = (TargetState.ACTIVE, TargetState.PROPOSED)
    found = Target.objects.filter(initiative=initiative, metric="accuracy", slice="", state__in=states)
    return list(found.order_by("pk"))
