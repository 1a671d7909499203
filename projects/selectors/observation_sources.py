"""Sources of observations as people see them."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from projects.models import Initiative, ObservationSource
from projects.selectors.asked_sources import SourceRow, rows_of

_MOST: Final = 1_000


def observation_source_list(initiative: Initiative) -> QuerySet[ObservationSource]:
    """Return the initiative's sources of observations with their connections."""
    return ObservationSource.objects.filter(initiative=initiative).select_related("connection")


def observation_source_rows(initiative: Initiative) -> list[SourceRow]:
    """Return the initiative's sources by kind and name, in two queries."""
    return rows_of(list(observation_source_list(initiative).order_by("kind", "name")), _MOST)
