"""Pulling from a server the way the pull service does: each page with its cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.mlflow import MLflowConnector
from projects.connectors.records import ModelVersionRecord, Page, RunRecord

LOOPBACK = (ip_network("127.0.0.0/8"),)


def client_of(url: str, **more: Any) -> OutboundClient:
    settings: dict[str, Any] = {"allowed_networks": LOOPBACK, "timeout": 30.0, "pause": 0.01}
    return OutboundClient(url, **(settings | more))


@dataclass
class Store:
    """What a caller keeps: the latest of each run, the registry and the cursor."""

    runs: dict[str, RunRecord] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    versions: dict[tuple[str, str], ModelVersionRecord] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def keep(self, page: Page) -> None:
        self.runs.update({each.external_id: each for each in page.records})
        self.deleted.update(page.deleted_ids)
        if page.model_versions is not None:
            self.versions = {(each.name, each.version): each for each in page.model_versions}
        self.cursor = page.cursor
        self.pages.append(page)

    def pull(self, url: str, now: datetime | None = None, most_pages: int = 10_000, **options: Any) -> list[Page]:
        """Pull at most so many pages and return them."""
        pages: list[Page] = []
        with client_of(url) as client:
            for page in MLflowConnector(client, options).fetch_runs(self.cursor, now or datetime.now(UTC)):
                self.keep(page)
                pages.append(page)
                if len(pages) == most_pages:
                    break
        return pages


def requests_of(pages: list[Page]) -> int:
    return sum(page.requests for page in pages)
