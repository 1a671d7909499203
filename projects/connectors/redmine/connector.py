"""The Redmine connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.outbound import Auth, BasicAuth, OutboundClient
from projects.connectors.redmine.options import RedmineOptions
from projects.connectors.redmine.source import TITLE, RedmineSource
from projects.connectors.redmine.writing import RedmineWriter
from projects.connectors.tracking.connector import TrackerConnector


def auth_of(username: str, secret: str) -> Auth:
    """Return how to sign in: Redmine takes an API key as the user name of basic authentication, with any password."""
    if username:
        return BasicAuth(username, secret)
    return BasicAuth(secret, "api-key") if secret else None


class RedmineConnector(TrackerConnector):
    """Pulls issues of projects of one Redmine. A secret is an API key, or with a user name a password."""

    source: RedmineSource
    title = TITLE
    auth_of = staticmethod(auth_of)
    hint = "Give the API access key that Redmine shows under My account; REST must be enabled there."

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> RedmineSource:
        return RedmineSource(client, RedmineOptions.read(options))

    def _writer(self) -> RedmineWriter:
        return RedmineWriter(self.source)
