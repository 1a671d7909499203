"""The curve of an evaluation as the rows of a table."""

from __future__ import annotations

from kpis.scoring.evaluations.curve import accuracy_band, curve, thinned
from kpis.scoring.evaluations.report import Report
from mltrack.formats import number, percent

ROWS = 25


def curve_rows(report: Report) -> list[tuple[str, str, str, str, str]]:
    """Return threshold, coverage, accuracy, its Wilson interval and n at some points, strictest first; no query."""
    rows = []
    for point in thinned(curve(report.facts.tally.whole), ROWS):
        band = accuracy_band(point)
        ends = f"{percent(band.wilson.low)} – {percent(band.wilson.high)}" if band else "–"
        rows.append(
            (number(point.threshold), percent(point.coverage), percent(point.accuracy), ends, number(point.accepted))
        )
    return rows
