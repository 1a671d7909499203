"""Pulling tasks from a tracker the way the pull service does: each page with its cursor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from projects.connectors.registry import resolve
from projects.connectors.task_records import SprintRecord, TaskPage, TaskRecord
from projects.connectors.tracking.connector import TrackerConnector
from tests.projects.connectors.mlflow_pulls import client_of


@dataclass
class TaskStore:
    """What a caller keeps: sprints, tasks and the cursor."""

    kind: str
    url: str
    secret: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    username: str = ""
    sprints: dict[str, SprintRecord] = field(default_factory=dict)
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)

    def keep(self, page: TaskPage) -> None:
        """Store one page."""
        self.sprints.update({each.external_id: each for each in page.sprints})
        self.tasks.update({each.external_id: each for each in page.tasks})
        gone = set(page.gone)
        if page.present_ids is not None:
            gone |= self.tasks.keys() - set(page.present_ids)
        self.tasks = {key: each for key, each in self.tasks.items() if key not in gone}
        self.rejected.update({each.external_id: each.reason for each in page.rejected})
        self.cursor = json.loads(json.dumps(dict(page.cursor)))

    def pull(self, now: datetime | None = None, most_pages: int = 10_000) -> list[TaskPage]:
        """Pull at most so many pages and return them."""
        pages: list[TaskPage] = []
        made = self.connector_type
        with client_of(self.url, auth=made.auth_of(self.username, self.secret)) as client:
            for page in made(client, self.options).fetch_tasks(self.cursor, now or datetime.now(UTC)):
                self.keep(page)
                pages.append(page)
                if len(pages) == most_pages:
                    break
        return pages

    @property
    def connector_type(self) -> type[TrackerConnector]:
        """Return the connector of the kind."""
        found = resolve(self.kind)
        assert issubclass(found, TrackerConnector)
        return found


def asked_of(pages: list[TaskPage]) -> int:
    """Return how many requests pages took."""
    return sum(page.requests for page in pages)


def sent(pages: list[TaskPage]) -> list[str]:
    """Return the ids of tasks in the order in which they came."""
    return [each.external_id for page in pages for each in page.tasks]
