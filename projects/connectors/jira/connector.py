"""The Jira connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.jira import hooks
from projects.connectors.jira.options import JiraOptions
from projects.connectors.jira.source import TITLE, JiraSource
from projects.connectors.jira.writing import JiraWriter
from projects.connectors.tracking.connector import TrackerConnector


class JiraConnector(TrackerConnector):
    """Pulls issues of one Jira. A secret is `address:token` of Jira Cloud, or a personal access token of a server."""

    source: JiraSource
    title = TITLE
    hint = "Give address:token for Jira Cloud, or a personal access token of Jira Data Center."

    is_genuine = staticmethod(hooks.is_genuine)
    delivery_id = staticmethod(hooks.delivery_id)

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> JiraSource:
        return JiraSource(client, JiraOptions.read(options))

    def _writer(self) -> JiraWriter:
        return JiraWriter(self.source)
