"""The Prometheus connector: `GET api/v1/query_range` for each span of periods of one length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from mltrack.outbound import OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.prometheus.answers import readings_of, series_of, warning_of
from projects.connectors.prometheus.spans import Span, spans_of
from projects.connectors.reading_pages import Answer, WebReadings
from projects.connectors.reading_records import MOST_ROWS, RawReading, RejectedRow, SeriesQuery
from projects.connectors.records import ServerReport

PERIOD = "$period"
"""Stands in a query for the length of the period, such as `86400s`."""


class PrometheusConnector(WebReadings):
    """Asks for the value of a query at the end of each period that is over."""

    title: ClassVar = "Prometheus"

    def test(self) -> ServerReport:
        """Ask for a number that every server knows. Raises ConnectorError."""
        answer = self._get("api/v1/query", {"query": "count(up)"})
        found = series_of(answer)
        visible = 0
        if found:
            try:
                visible = int(float(found[0]["value"][1]))
            except (IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
                raise ConnectorError("The server answers, but not as Prometheus does.", code="bad_answer") from error
        return ServerReport("", visible, f"It answers queries and watches {visible} targets.")

    def _ask(self, query: SeriesQuery) -> Answer:
        rows: list[RawReading] = []
        rejected: list[RejectedRow] = []
        warning = ""
        for span in spans_of(query.periods):
            answer = self._range(query.statement, span)
            found, odd = readings_of(series_of(answer), span, str(query.options.get("segment_label", "")))
            rows += found
            rejected += odd
            warning = warning or warning_of(answer)
            if len(rows) > MOST_ROWS:
                break
        return Answer(rows, rejected, warning)

    def _range(self, statement: str, span: Span) -> Any:
        asked = {
            "query": statement.replace(PERIOD, f"{span.seconds}s"),
            "start": f"{span.ends[0].timestamp():.0f}",
            "end": f"{span.ends[-1].timestamp():.0f}",
            "step": str(span.seconds),
        }
        return self._get("api/v1/query_range", asked)

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        try:
            return self._client.get_json(path, params)
        except OutboundError as error:
            if error.status not in (400, 422):
                raise
            text = f"Prometheus does not answer this query: {error.excerpt or error.text}"
            raise ConnectorError(text, permanent=True, code="bad_query") from error
