"""The Roundup connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.roundup.options import RoundupOptions
from projects.connectors.roundup.source import TITLE, RoundupSource
from projects.connectors.roundup.writing import RoundupWriter
from projects.connectors.tracking.connector import TrackerConnector


class RoundupConnector(TrackerConnector):
    """Pulls issues of one Roundup tracker. A secret is the password of a user: `user:password`, or with a user name."""

    source: RoundupSource
    title = TITLE
    hint = "Give the name and password of a user who may use the REST API; after four failures wait ten minutes."

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> RoundupSource:
        return RoundupSource(client, RoundupOptions.read(options))

    def _writer(self) -> RoundupWriter:
        return RoundupWriter(self.source)
