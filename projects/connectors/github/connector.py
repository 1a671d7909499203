"""The GitHub connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.github import hooks
from projects.connectors.github.options import GitHubOptions
from projects.connectors.github.projects import TITLE
from projects.connectors.github.source import GitHubSource
from projects.connectors.github.writing import GitHubWriter
from projects.connectors.tracking.connector import TrackerConnector


class GitHubConnector(TrackerConnector):
    """Pulls issues of repositories or projects of GitHub. A secret is a token."""

    source: GitHubSource
    title = TITLE
    hint = "Make a new one with read access to issues, and to projects where those are read."

    is_genuine = staticmethod(hooks.is_genuine)
    delivery_id = staticmethod(hooks.delivery_id)

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> GitHubSource:
        return GitHubSource(client, GitHubOptions.read(options))

    def _writer(self) -> GitHubWriter:
        return GitHubWriter(self.source)

    def _worded(self, error: OutboundError) -> ConnectorError:
        if error.code != "redirect":
            return super()._worded(error)
        text = f"GitHub says that this moved ({error.status}). Was a repository renamed or transferred? Name it anew."
        return ConnectorError.from_outbound(error, text)
