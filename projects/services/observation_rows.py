"""Observations as rows: one statement for a whole call. The caller holds the initiative's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from projects.models import Initiative, ObservedSeries
from projects.models.identifiers import new_observed_series_ids
from projects.progress.observed import ObservedValue

Named = tuple[str, str, str]

_UPSERT: Final = """
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(
            %(places)s::int[], %(series)s::bigint[], %(times)s::timestamptz[], %(values)s::float8[], %(ns)s::bigint[],
            %(methods)s::text[], %(thresholds)s::float8[], %(references)s::text[]
        ) AS row (place, series_id, time, value, n, method, threshold, reference)
    ), stored AS (
        INSERT INTO projects_observation AS kept
            (series_id, time, value, n, method, threshold, reference, recorded_at)
        SELECT series_id, time, value, n, method, threshold, reference, now() FROM given ORDER BY series_id, time
        ON CONFLICT (series_id, time) DO UPDATE SET value = excluded.value, n = excluded.n, method = excluded.method,
            threshold = excluded.threshold, reference = excluded.reference, recorded_at = excluded.recorded_at
        WHERE (kept.value, kept.n, kept.method, kept.threshold, kept.reference)
            IS DISTINCT FROM (excluded.value, excluded.n, excluded.method, excluded.threshold, excluded.reference)
        RETURNING series_id, time, (xmax = 0) AS is_new
    )
    SELECT given.place, stored.is_new FROM stored JOIN given USING (series_id, time)
"""
_ADVANCE: Final = """
    UPDATE projects_observedseries AS series
    SET last_at = greatest(series.last_at, given.newest), period_days = coalesce(given.days, series.period_days),
        ended_at = CASE WHEN series.last_at >= given.newest THEN series.ended_at END
    FROM unnest(%(ids)s::bigint[], %(newest)s::timestamptz[], %(days)s::int[]) AS given (id, newest, days)
    WHERE series.id = given.id AND (series.last_at IS NULL OR series.last_at < given.newest
        OR series.period_days <> coalesce(given.days, series.period_days))
"""


def known_series(initiative: Initiative, names: Sequence[Named]) -> dict[Named, ObservedSeries]:
    """Return those of the named series that are there."""
    wanted = set(names)
    rows = ObservedSeries.objects.filter(initiative=initiative, name__in={name for _, name, _ in wanted})
    found = {(each.kind, each.name, each.segment): each for each in rows}
    return {key: each for key, each in found.items() if key in wanted}


def make_series(initiative: Initiative, names: Sequence[Named]) -> dict[Named, ObservedSeries]:
    """Return new series by these names, each once."""
    ids = new_observed_series_ids(len(names)) if names else []
    rows = [
        ObservedSeries(
            workspace_id=initiative.workspace_id,
            initiative=initiative,
            public_id=public_id,
            kind=kind,
            name=name,
            segment=segment,
        )
        for public_id, (kind, name, segment) in zip(ids, names)
    ]
    return dict(zip(names, ObservedSeries.objects.bulk_create(rows, batch_size=1_000)))


def write_observations(series: Mapping[Named, ObservedSeries], values: Sequence[ObservedValue]) -> dict[int, bool]:
    """Upsert values, each moment of a series once; return which were written, by place, and whether as new.

    What is there as it is, is not written.
    """
    given: dict[str, Any] = {
        "places": list(range(len(values))),
        "series": [series[each.series].pk for each in values],
        "times": [each.time for each in values],
        "values": [each.value for each in values],
        "ns": [each.n for each in values],
        "methods": [each.method for each in values],
        "thresholds": [each.threshold for each in values],
        "references": [each.reference for each in values],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, given)
        return dict(cursor.fetchall())


def advance_series(series: Mapping[Named, ObservedSeries], values: Sequence[ObservedValue]) -> bool:
    """Note the newest time of each series and the period of a volume; say whether anything changed.

    What had ended and brings something newer has not.
    """
    newest = {each.series: each.time for each in sorted(values, key=lambda each: each.time)}
    days = {each.series: each.period_days for each in values if each.period_days is not None}
    names = sorted(newest, key=lambda name: series[name].pk)
    given: dict[str, Any] = {
        "ids": [series[name].pk for name in names],
        "newest": [newest[name] for name in names],
        "days": [days.get(name) for name in names],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, given)
        return bool(cursor.rowcount > 0)
