"""Runs beside each other: which parameters differ, and how far metrics lie from the first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParamRow:
    """A parameter of each run, None where a run has none."""

    key: str
    values: tuple[str | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of each run and its distance from the first run's, None where either is missing or special."""

    key: str
    values: tuple[float | None, ...]
    specials: tuple[str, ...]
    deltas: tuple[float | None, ...]


def param_rows(params: Sequence[Mapping[str, str]]) -> list[ParamRow]:
    """Return every parameter of any of the runs by key, those that differ first."""
    rows = []
    for key in sorted({key for each in params for key in each}):
        values = tuple(each.get(key) for each in params)
        rows.append(ParamRow(key, values, len(set(values)) > 1))
    return sorted(rows, key=lambda row: (not row.differs, row.key))


def metric_rows(metrics: Sequence[Mapping[str, tuple[float | None, str]]]) -> list[MetricRow]:
    """Return every metric of any of the runs by key. A metric is (value, special), as stored."""
    rows = []
    for key in sorted({key for each in metrics for key in each}):
        found = [each.get(key, (None, "")) for each in metrics]
        values = tuple(value for value, _ in found)
        first = values[0]
        deltas = tuple(None if first is None or value is None else value - first for value in values)
        rows.append(MetricRow(key, values, tuple(special for _, special in found), deltas))
    return rows
