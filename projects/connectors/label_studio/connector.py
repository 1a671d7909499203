"""The Label Studio connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.ahead import ahead
from projects.connectors.label_studio.api import Api, in_words
from projects.connectors.label_studio.options import Options
from projects.connectors.label_studio.parse import LONGEST_NAME
from projects.connectors.label_studio.progress import Progress
from projects.connectors.label_studio.pull import Pull
from projects.connectors.label_studio.signing import auth_of
from projects.connectors.labeling_records import LabelingPage
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.texts import storable


class LabelStudioConnector:
    """Pulls labeling progress and annotations of one Label Studio server.

    `options` are those of `Options`; unknown keys raise ConnectorError `bad_options`. Every method raises
    ConnectorError. The client stays the caller's: close it when done.
    """

    title = "Label Studio"
    auth_of = staticmethod(auth_of)

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None:
        self.options = Options.read(options)
        self._api = Api(client)
        self._link = str(client.base_url)

    def test(self) -> ServerReport:
        """Return the server's version and how many projects are visible."""
        with in_words():
            count = len(self._api.counts(()))
            version = self._api.version()
        seen = f"{count} project{'' if count == 1 else 's'} visible" if count else "no project is visible"
        return ServerReport(version, count, f"Label Studio {version or 'of unknown version'} answers: {seen}.")

    def list_choices(self) -> list[ChoiceRecord]:
        """Return the projects that are visible, by name."""
        with in_words():
            raw = self._api.projects(())
        found = [ChoiceRecord(str(each.get("id")), _title(each)) for each in raw]
        return sorted(found, key=lambda each: each.name.casefold())

    def fetch_labeling(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[LabelingPage]:
        """Yield the pages of one pull; the next page is fetched while the caller stores this one.

        Store each page with its cursor; begin the next pull from the cursor that was stored last. `now` is an
        aware datetime.
        """
        return ahead(self._pages(cursor, now))

    def _pages(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[LabelingPage]:
        with in_words():
            yield from Pull(self._api, self.options, self._link, Progress.load(cursor), now).pages()


def _title(raw: Mapping[str, Any]) -> str:
    return storable(str(raw.get("title") or f"project {raw.get('id')}"))[:LONGEST_NAME]
