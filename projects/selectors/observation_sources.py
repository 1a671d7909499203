"""Sources of observations as people see them: in what condition, and what could not be read of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from projects.models import Initiative, ObservationSource, RejectedRecord
from projects.selectors.questions import condition_at

SHOWN: Final = 5
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class ObservationSourceRow:
    """A source with its condition: ok, new, failing or paused. `next_pull` is None where none is planned."""

    source: ObservationSource
    condition: str
    words: str
    next_pull: datetime | None
    rejected: Sequence[RejectedRecord]


def observation_source_list(initiative: Initiative) -> QuerySet[ObservationSource]:
    """Return the initiative's sources of observations with their connections."""
    return ObservationSource.objects.filter(initiative=initiative).select_related("connection")


def observation_source_rows(initiative: Initiative) -> list[ObservationSourceRow]:
    """Return the initiative's sources by kind and name, in two queries."""
    sources = list(observation_source_list(initiative).order_by("kind", "name"))
    rejected: dict[str, list[RejectedRecord]] = {}
    found = RejectedRecord.objects.filter(connection__in={each.connection_id for each in sources})
    for each in found.order_by("-last_seen", "-pk")[:_MOST] if sources else []:
        rejected.setdefault(each.external_id.split(" ", 1)[0], []).append(each)
    return [_row(each, rejected.get(each.public_id, [])) for each in sources]


def condition_of(source: ObservationSource) -> tuple[str, str]:
    """Return in what condition a source is, and why in words."""
    return condition_at(source.connection, source)


def _row(source: ObservationSource, rejected: Sequence[RejectedRecord]) -> ObservationSourceRow:
    condition, words = condition_of(source)
    planned = source.connection.next_due if condition != "paused" else None
    return ObservationSourceRow(source, condition, words, planned, rejected[:SHOWN])
