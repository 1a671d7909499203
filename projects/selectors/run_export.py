"""Runs as the rows of a file, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from django.db.models import QuerySet

from mltrack.cells import Cell
from projects.models import Run
from projects.selectors.runs import RunRow, ordered, rows_of

CHUNK: Final = 1000
FIXED: Final = ("run", "external_id", "name", "status", "started_at", "ended_at", "seconds", "commit", "experiment")


def export_rows(runs: QuerySet[Run], order: str, columns: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield a line of names, then every run; `columns` are `metric:KEY`, `param:KEY` or `tag:KEY`.

    Times are ISO 8601; what is not known is empty. The database sorts once and hands over a thousand at a time.
    Raises ValueError for an unknown order.
    """
    queryset, field = ordered(runs, order)
    sign = "-" if field.startswith("-") else ""
    keys = [each.partition(":")[2] for each in columns if each.startswith("metric:")]
    yield [*FIXED, *columns]
    found = queryset.order_by(field, f"{sign}pk").iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        for row in rows_of(chunk, keys):
            yield [*_fixed(row.run), *(cell_of(row, column) for column in columns)]


def cell_of(row: RunRow, column: str) -> str | float | None:
    """Return what a run has in a column; NaN and infinities of metrics as floats, None where it has nothing."""
    kind, _, key = column.partition(":")
    if kind != "metric":
        text = (row.run.params if kind == "param" else row.run.tags).get(key)
        return None if text is None else str(text)
    metric = row.metrics.get(key)
    if metric is None:
        return None
    return float(metric.special) if metric.special else metric.value


def seconds_of(run: Run) -> float | None:
    """Return how long a run took, None while it runs or where it is not known."""
    if run.started_at is None or run.ended_at is None:
        return None
    return (run.ended_at - run.started_at).total_seconds()


def _fixed(run: Run) -> list[Cell]:
    return [
        run.public_id,
        run.external_id,
        run.name,
        "deleted" if run.deleted_at else run.status,
        run.started_at,
        run.ended_at,
        seconds_of(run),
        run.commit,
        run.experiment_name or run.experiment_id,
    ]
