"""Answers of Prometheus as readings: values are texts, absent series are gaps, odd ones are named. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from projects.connectors.base import ConnectorError
from projects.connectors.prometheus.spans import Span
from projects.connectors.reading_records import RawReading, RejectedRow
from projects.connectors.texts import storable

_LONGEST_WARNING = 500


def series_of(answer: Any) -> list[Mapping[str, Any]]:
    """Return the series of a range answer. Raises ConnectorError `bad_query` for scalars and odd shapes."""
    if not isinstance(answer, Mapping) or answer.get("status") != "success":
        raise ConnectorError("The server answers, but not as Prometheus does.", code="bad_answer")
    data = answer.get("data")
    found = data.get("result") if isinstance(data, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise ConnectorError("The server answers, but not as Prometheus does.", code="bad_answer")
    return found


def warning_of(answer: Mapping[str, Any]) -> str:
    """Return what the server says beside its answer, such as that a part of it is missing."""
    said = answer.get("warnings")
    texts = [str(each) for each in said] if isinstance(said, list) else []
    return storable("; ".join(texts))[:_LONGEST_WARNING]


def readings_of(
    series: Sequence[Mapping[str, Any]], span: Span, label: str
) -> tuple[list[RawReading], list[RejectedRow]]:
    """Return the readings of a span, each with the first moment of its period, and what is no number.

    With `label` each series is the segment that this label names; without there is one series. Raises ConnectorError.
    """
    names = [_name(each, label) for each in series]
    if len(set(names)) < len(names):
        text = f"The query brings {len(names)} series"
        text += f", of which several have the same {label}. " if label else " for one number. "
        raise ConnectorError(
            text + "Sum them up, or name the label that tells segments apart.", permanent=True, code="bad_query"
        )
    starts = dict(zip(map(_second, span.ends), span.starts, strict=True))
    rows: list[RawReading] = []
    rejected: list[RejectedRow] = []
    for each, name in zip(series, names, strict=True):
        for second, text in _points(each):
            start, value = starts.get(second), _number(text)
            if start is None:
                raise ConnectorError("The server answers with times that nobody asked for.", code="bad_answer")
            if value is None:
                place = f"{name} {start:%Y-%m-%d %H:%M}".strip()
                rejected.append(RejectedRow(place, f"The value is {str(text)[:20]}: that is no number."))
            else:
                rows.append(RawReading(start, value, name))
    return rows, rejected


def _name(series: Mapping[str, Any], label: str) -> str:
    labels = series.get("metric")
    return storable(str(labels.get(label, ""))) if label and isinstance(labels, Mapping) else ""


def _second(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp())


def _points(series: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    points = series.get("values")
    if points is None and "histograms" in series:
        text = "The query brings histograms. Take a number of them, such as histogram_quantile or histogram_sum."
        raise ConnectorError(text, permanent=True, code="bad_query")
    for point in points if isinstance(points, list) else []:
        try:
            second, value = point
            yield round(float(second)), value
        except (OverflowError, TypeError, ValueError) as error:
            raise ConnectorError("The server answers, but not as Prometheus does.", code="bad_answer") from error


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
