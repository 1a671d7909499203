"""What is observed of an initiative, each series with its newest value and what came before: two queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from mltrack.cells import Cell
from projects.models import Initiative, Observation, ObservedSeries
from projects.progress.observed import fails

SHOWN: Final = 200
BACK: Final = 30
COLUMNS: Final = ("series", "kind", "name", "segment", "time", "value", "n", "method", "threshold", "reference")
_NEWEST: Final = """
    SELECT asked.id, kept.time, kept.value, kept.n, kept.method, kept.threshold
    FROM unnest(%(ids)s::bigint[]) AS asked (id), LATERAL (
        SELECT time, value, n, method, threshold FROM projects_observation
        WHERE series_id = asked.id ORDER BY time DESC LIMIT %(back)s
    ) kept ORDER BY asked.id, kept.time
"""


@dataclass(frozen=True, slots=True)
class ObservedLine:
    """A series, its newest observation, and its last thirty values, oldest first.

    `failing` says that the newest is on the wrong side of its threshold, None where nobody can tell.
    """

    series: ObservedSeries
    at: datetime
    value: float
    n: int | None
    method: str
    threshold: float | None
    history: Sequence[float]

    @property
    def failing(self) -> bool | None:
        """Say on which side of its threshold the newest value is."""
        return fails(self.series.kind, self.method, self.value, self.threshold)


@dataclass(frozen=True, slots=True)
class ObservedList:
    """The first two hundred series by kind, name and segment, and how many there are."""

    lines: Sequence[ObservedLine]
    size: int


def observed_of(initiative: Initiative) -> ObservedList:
    """Return what is observed of an initiative."""
    ours = ObservedSeries.objects.filter(initiative=initiative, last_at__isnull=False)
    series = list(ours.order_by("kind", "name", "segment")[: SHOWN + 1])
    size = len(series) if len(series) <= SHOWN else ours.count()
    shown = series[:SHOWN]
    rows: dict[int, list[tuple[datetime, float, int | None, str, float | None]]] = {each.pk: [] for each in shown}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"ids": list(rows), "back": BACK})
        for number, *values in cursor.fetchall():
            rows[number].append(tuple(values))
    lines = [
        ObservedLine(each, *rows[each.pk][-1], [row[1] for row in rows[each.pk]]) for each in shown if rows[each.pk]
    ]
    return ObservedList(lines, size)


def observed_lines(initiative: Initiative) -> Iterator[Sequence[Cell]]:
    """Yield the newest observation of every series as lines, below their headings."""
    yield COLUMNS
    newest = Observation.objects.filter(series__initiative=initiative).select_related("series")
    ordered = newest.order_by("series__kind", "series__name", "series__segment", "series_id", "-time")
    ordered = ordered.distinct("series__kind", "series__name", "series__segment", "series_id")
    for each in ordered.iterator(chunk_size=1000):
        series = each.series
        yield (
            *(series.public_id, series.kind, series.name, series.segment, each.time, each.value, each.n),
            *(each.method, each.threshold, each.reference),
        )
