"""The connector of files: one GET for each, and nothing more where a file is as it was."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from mltrack.outbound import OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.csv_link.links import place_of
from projects.connectors.csv_readings import MOST_BYTES, CSVForm, read_csv
from projects.connectors.reading_pages import Answer, WebReadings
from projects.connectors.reading_records import SeriesQuery
from projects.connectors.records import ServerReport


class CSVLinkConnector(WebReadings):
    """Reads files of one server. Whether there is one is only known with the first link to it."""

    title: ClassVar = "CSV by link"

    def test(self) -> ServerReport:
        """See that the server answers, be it that there is nothing at its base. Raises ConnectorError."""
        try:
            self._client.get_bytes("", max_bytes=MOST_BYTES)
        except OutboundError as error:
            if error.status is None or error.status in (401, 403) or error.status >= 500:
                raise ConnectorError.from_outbound(error) from error
        return ServerReport("", 0, "The server answers. Its files are named by the sources of KPIs.")

    def _ask(self, query: SeriesQuery) -> Answer:
        path, params = place_of(query.statement, str(self._client.base_url))
        try:
            content = self._client.get_bytes(path, params, max_bytes=MOST_BYTES)
        except OutboundError as error:
            raise ConnectorError.from_outbound(error) from error
        digest = hashlib.sha256(content).hexdigest()
        if digest == query.digest:
            return Answer(digest=digest)
        found = read_csv(content, CSVForm.read(query.options))
        return Answer(found.rows, found.rejected, digest=digest)
