"""Evidently 0.7: the JSON of a report, {"metrics": [{"id", "metric_name", "config", "value"}], "tests": […]}. Pure.

The value of a drift is a p-value, which is small where things differ, or a distance, which is large then: the method
in its config says which. Asked for by name it is `chisquare`, by default `chi-square p_value`, and both give p-values:
what is one is kept as such, so that nobody compares them blindly. The same column measured twice gets the method into
its name. `tests` repeat the metrics with a judgement, which is made here again, and are not read. Numbers of
metrics that say neither how many rows there are nor what is missing have no judgement here, and are named as not read.
"""

from __future__ import annotations

from typing import Any, Final

from projects.progress.observed import is_p_value
from projects.progress.observed_files.found import FileRead, FileRefused, mapping_of, number_of, whole_of

_KIND: Final = "evidently:metric_v2:"
_WORDS: Final = "This is no report of Evidently 0.7: it has no list called metrics. Send the JSON of the report's run."


def read(document: Any, found: FileRead) -> None:
    """Read the metrics into `found`. Raises FileRefused for another document."""
    metrics = mapping_of(document).get("metrics")
    if not isinstance(metrics, list):
        raise FileRefused(_WORDS)
    parts = [mapping_of(each) for each in metrics]
    rows = next(
        (n for each in parts if _kind(each) == "RowCount" and (n := whole_of(each.get("value"))) is not None), None
    )
    for each in parts:
        reading = _READERS.get(_kind(each))
        if reading is None:
            found.skip(f"{_name(each)}: no observation is made of this metric")
        else:
            reading(each, found, rows)


def _kind(metric: dict[str, Any]) -> str:
    kind = mapping_of(metric.get("config")).get("type")
    return kind.removeprefix(_KIND) if isinstance(kind, str) else ""


def _name(metric: dict[str, Any]) -> str:
    return str(metric.get("metric_name") or metric.get("metric_id") or metric.get("id") or "a metric without a name")


def _drift(metric: dict[str, Any], found: FileRead, rows: int | None) -> None:
    config = mapping_of(metric.get("config"))
    column, method = config.get("column"), config.get("method")
    if not isinstance(column, str) or not isinstance(method, str) or not method:
        found.skip(f"{_name(metric)}: it names no column or no method")
        return
    threshold, small = config.get("threshold"), is_p_value(method)
    if small is None:
        found.skip(f"{_name(metric)}: the threshold, as nobody knows on which side of it {method} fails")
        threshold = None
    if small and "p_value" not in method:
        method = f"{method} p_value"
    found.keep("drift", column, metric.get("value"), n=rows, method=method, threshold=threshold)


def _drifted_columns(metric: dict[str, Any], found: FileRead, rows: int | None) -> None:
    share = mapping_of(metric.get("value")).get("share")
    limit = mapping_of(metric.get("config")).get("drift_share")
    found.keep("drift", "drifted columns", share, n=rows, method="share of columns", threshold=limit)


def _rows(metric: dict[str, Any], found: FileRead, rows: int | None) -> None:
    found.keep("volume", "rows", metric.get("value"), method="count")


def _missing(metric: dict[str, Any], found: FileRead, rows: int | None) -> None:
    share = number_of(mapping_of(metric.get("value")).get("share"))
    column = mapping_of(metric.get("config")).get("column")
    name = f"{column} not missing" if isinstance(column, str) else "cells not missing"
    found.keep("quality", name, None if share is None else 1 - share, n=rows, method="share of rows")


_READERS: Final = {
    "ValueDrift": _drift,
    "DriftedColumnsCount": _drifted_columns,
    "RowCount": _rows,
    "MissingValueCount": _missing,
    "DatasetMissingValueCount": _missing,
}
