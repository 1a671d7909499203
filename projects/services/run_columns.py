"""Pushed runs checked as whole columns: most batches come from one script, so what one run has all have. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter, le
from typing import Any, Final

from mltrack.periods import BEYOND, EARLIEST
from projects.services.run_input import (
    LONGEST_KEY,
    LONGEST_METRIC_KEY,
    LONGEST_VALUE,
    MOST_KEYS,
    STATUSES,
    RunInput,
    wrong_key,
)
from projects.services.texts import is_web_address, storable

_LONGEST: Final = {"external_id": 250, "name": 500, "url": 1_000, "status": 8}
_TIMES: Final = ("started_at", "ended_at")
_OWN: Final = ("name", "url", "status", *_TIMES)
_MAPPINGS: Final = {"params": LONGEST_KEY, "tags": LONGEST_KEY, "metrics": LONGEST_METRIC_KEY}
_FIELDS: Final = {*_LONGEST, *_TIMES, *_MAPPINGS}


def quick_runs(items: Any) -> list[RunInput] | None:
    """Return the inputs of runs that all give the same fields, where all of it is plain and right.

    Plain are texts, times with a zone and finite numbers; metrics are floats. None asks for a look at each run: to
    read what is taken but not plain (null, "NaN", datasets, parameters that are numbers), or to say what is wrong.
    """
    columns = _columns(items)
    if columns is None or not _right_texts(columns) or not _right_keys(columns):
        return None
    try:
        columns |= {name: _moments(columns[name]) for name in _TIMES if name in columns}
        if not _right_times(columns) or not _right_values(columns):
            return None
        if "metrics" in columns:
            columns["metrics"] = _metrics(columns["metrics"])
    except (OverflowError, TypeError, ValueError):
        return None
    return list(_inputs(columns, len(items)))


def _columns(items: Any) -> dict[str, list[Any]] | None:
    """Return the values of each field that the items have, all the same ones; None for anything else."""
    if not isinstance(items, list | tuple) or set(map(type, items)) != {dict}:
        return None
    names = items[0].keys()
    if "external_id" not in names or not names <= _FIELDS or any(item.keys() != names for item in items):
        return None
    return {name: list(map(itemgetter(name), items)) for name in names}


def _right_texts(columns: Mapping[str, Sequence[Any]]) -> bool:
    given = [(columns[name], longest) for name, longest in _LONGEST.items() if name in columns]
    return (
        all(_texts(column, longest) for column, longest in given)
        and all(map(str.strip, columns["external_id"]))
        and set(columns.get("status", ())) <= set(STATUSES)
        and all(not each or is_web_address(each) for each in columns.get("url", ()))
    )


def _texts(values: Sequence[Any], longest: int) -> bool:
    """Say whether all are texts that can be stored, of at most `longest` characters."""
    return set(map(type, values)) <= {str} and max(map(len, values), default=0) <= longest and storable("".join(values))


def _right_keys(columns: Mapping[str, Sequence[Any]]) -> bool:
    return all(
        set(map(type, columns[name])) == {dict}
        and max(map(len, columns[name])) <= MOST_KEYS
        and all(
            type(key) is str and len(key) <= longest and not wrong_key(key, longest)
            for key in set[Any]().union(*columns[name])
        )
        for name, longest in _MAPPINGS.items()
        if name in columns
    )


def _moments(times: Sequence[Any]) -> list[datetime]:
    """Return the moments of texts in UTC. Raises TypeError or ValueError for what is none."""
    moments = list(map(datetime.fromisoformat, times))
    return [each if each.tzinfo is UTC else _in_utc(each) for each in moments]


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment has no zone.")
    return moment.astimezone(UTC)


def _right_times(columns: Mapping[str, Sequence[Any]]) -> bool:
    given = [columns[name] for name in _TIMES if name in columns]
    inside = all(min(each) >= EARLIEST and max(each) < BEYOND for each in given)
    return inside and (len(given) < len(_TIMES) or all(map(le, *given)))


def _right_values(columns: Mapping[str, Sequence[Any]]) -> bool:
    given = [columns[name] for name in ("params", "tags") if name in columns]
    return all(_texts(list(chain.from_iterable(map(dict.values, each))), LONGEST_VALUE) for each in given)


def _metrics(column: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
    """Return metrics as finite floats. Raises TypeError, ValueError or OverflowError where one is something else."""
    values = list(chain.from_iterable(map(dict.values, column)))
    kinds = set(map(type, values))
    if not kinds <= {int, float}:
        raise TypeError("A metric is no plain number.")
    if not all(map(math.isfinite, values)):
        raise ValueError("A metric is not finite.")
    return [dict(zip(each, map(float, each.values()))) for each in column] if int in kinds else list(column)


def _inputs(columns: Mapping[str, Sequence[Any]], count: int) -> Iterator[RunInput]:
    own = [name for name in _OWN if name in columns]
    rows = zip(*[columns[name] for name in own]) if own else [()] * count
    nothing: list[dict[str, Any]] = [{}] * count
    mappings = [columns.get(name, nothing) for name in _MAPPINGS]
    for external_id, row, params, tags, metrics in zip(columns["external_id"], rows, *mappings):
        yield RunInput(external_id, dict(zip(own, row)), params, tags, metrics)
