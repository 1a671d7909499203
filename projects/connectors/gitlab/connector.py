"""The GitLab connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.gitlab import hooks
from projects.connectors.gitlab.options import GitLabOptions
from projects.connectors.gitlab.source import TITLE, GitLabSource
from projects.connectors.gitlab.writing import GitLabWriter
from projects.connectors.tracking.connector import TrackerConnector


class GitLabConnector(TrackerConnector):
    """Pulls issues of projects of one GitLab. A secret is a personal, project or group access token."""

    source: GitLabSource
    title = TITLE
    hint = "Make a new one there with the scope read_api."

    is_genuine = staticmethod(hooks.is_genuine)
    delivery_id = staticmethod(hooks.delivery_id)

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> GitLabSource:
        return GitLabSource(client, GitLabOptions.read(options))

    def _writer(self) -> GitLabWriter:
        return GitLabWriter(self.source)
