"""Runs: the only writer of runs, metrics and their links, for pulls and pushes alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, connection, transaction

from projects.connectors.records import RunRecord
from projects.models import Connection
from projects.services.due import note_due
from projects.services.links import link_new, link_pushed, linked_initiatives, sync_links
from projects.services.outcomes import Fault, Outcome
from projects.services.run_copies import copy_runs
from projects.services.run_datasets import write_datasets
from projects.services.run_input import LONGEST_METRIC_KEY
from projects.services.run_rows import (
    Source,
    drop_absent_metrics,
    known_runs,
    lock_source,
    update_runs,
    write_metrics,
)

_DELETE = """
UPDATE projects_run SET deleted_at = now(), updated_at = now()
WHERE connection_id = %s AND external_id = ANY(%s) AND deleted_at IS NULL RETURNING id
"""


@transaction.atomic
def record_runs(
    source: Source, records: Sequence[RunRecord], *, replace: bool, known: Mapping[str, int] | None = None
) -> list[Outcome]:
    """Upsert runs by external id, with metrics, datasets and links, and return what became of each.

    Each record's own fields replace the stored ones; `replace` also removes metrics that a record does not
    have. Of records with the same id the last counts. What is unchanged is not written. A record that
    cannot be stored is rejected alone, with the reason, and the others are kept. Who holds the source and knows
    which of the runs are there hands in `known`, their row numbers.
    """
    if known is None:
        lock_source(source)
        known = known_runs(source, [each.external_id for each in records])
    unique = {each.external_id: each for each in records}
    outcomes = _store(source, list(unique.values()), known, replace)
    updated = [number for number, outcome in outcomes if outcome.state == "updated"]
    created = {n: unique[outcome.external_id].ended_at for n, outcome in outcomes if outcome.state == "created"}
    if created or updated:
        note_due(linked_initiatives(updated) | _relinked(source, created, updated), "runs")
    return [outcome for _, outcome in outcomes]


@transaction.atomic
def mark_deleted(source: Connection, external_ids: Collection[str]) -> int:
    """Mark runs that were deleted at their source and return how many were not marked before."""
    lock_source(source)
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [source.pk, list(external_ids)])
        marked = [number for (number,) in cursor.fetchall()]
    if marked:
        note_due(linked_initiatives(marked), "runs deleted")
    return len(marked)


def _relinked(source: Source, created: Mapping[int, datetime | None], updated: Sequence[int]) -> set[int]:
    if isinstance(source, Connection):
        return sync_links(source, [*created, *updated])
    link_new(source, created)
    link_pushed(source, updated)
    return {source.pk}


def _store(
    source: Source, records: Sequence[RunRecord], known: Mapping[str, int], replace: bool
) -> list[tuple[int, Outcome]]:
    """Store the records; where the database refuses one, store each half of them for itself."""
    if not records:
        return []
    try:
        with transaction.atomic():
            return _store_all(source, records, known, replace)
    except (DataError, IntegrityError, ValueError) as error:
        if len(records) == 1:
            return [(0, _refused(records[0], error))]
    middle = len(records) // 2
    return _store(source, records[:middle], known, replace) + _store(source, records[middle:], known, replace)


def _store_all(
    source: Source, records: Sequence[RunRecord], known: Mapping[str, int], replace: bool
) -> list[tuple[int, Outcome]]:
    update = {known[each.external_id]: each for each in records if each.external_id in known}
    added = copy_runs(source, [each for each in records if each.external_id not in known])
    numbers = {**known, **added}
    by_number = {numbers[each.external_id]: each for each in records}
    changed = update_runs(update)
    changed |= write_metrics(source.workspace_id, update)
    if replace:
        changed |= drop_absent_metrics(update)
    changed |= write_datasets(source, by_number)
    return [
        (number, _outcome(record, record.external_id in added, number in changed))
        for number, record in by_number.items()
    ]


def _outcome(record: RunRecord, is_new: bool, is_changed: bool) -> Outcome:
    fits = max(map(len, record.metrics), default=0) <= LONGEST_METRIC_KEY
    faults = [
        Fault("/metrics", "too_long", f"A metric was left out: its key is longer than {LONGEST_METRIC_KEY} characters.")
        for key in (() if fits else record.metrics)
        if len(key) > LONGEST_METRIC_KEY
    ]
    return Outcome(record.external_id, "created" if is_new else "updated" if is_changed else "unchanged", faults)


def _refused(record: RunRecord, error: Exception) -> Outcome:
    reason = str(error).splitlines()[0][:300]
    return Outcome(record.external_id, "rejected", [Fault("", "unstorable", f"The run cannot be stored: {reason}")])
