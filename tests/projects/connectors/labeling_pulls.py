"""Pulling labels from a server the way the pull service does: each page with its cursor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from projects.connectors.label_studio import LabelStudioConnector
from projects.connectors.label_studio.signing import auth_of
from projects.connectors.labeling_records import LabelingPage, LabelingProjectRecord, LabelTaskRecord
from tests.projects.connectors.mlflow_pulls import client_of


@dataclass
class LabelStore:
    """What a caller keeps: projects, their tasks, and the cursor."""

    url: str
    secret: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    projects: dict[str, LabelingProjectRecord] = field(default_factory=dict)
    tasks: dict[str, dict[str, LabelTaskRecord]] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)

    def keep(self, page: LabelingPage) -> None:
        """Store one page."""
        for each in page.gone:
            self.projects.pop(each, None)
            self.tasks.pop(each, None)
        if page.project is not None:
            name = page.project.external_id
            self.projects[name] = page.project
            kept = self.tasks.setdefault(name, {})
            kept.update({each.external_id: each for each in page.tasks})
            if page.present_ids is not None:
                self.tasks[name] = {key: each for key, each in kept.items() if key in set(page.present_ids)}
        self.rejected.update({each.external_id: each.reason for each in page.rejected})
        self.cursor = json.loads(json.dumps(dict(page.cursor)))

    def pull(self, now: datetime | None = None, most_pages: int = 10_000) -> list[LabelingPage]:
        """Pull at most so many pages and return them."""
        pages: list[LabelingPage] = []
        with client_of(self.url, auth=auth_of("", self.secret)) as client:
            connector = LabelStudioConnector(client, self.options)
            for page in connector.fetch_labeling(self.cursor, now or datetime.now(UTC)):
                self.keep(page)
                pages.append(page)
                if len(pages) == most_pages:
                    break
        return pages

    def labels(self, project: str = "1") -> dict[str, list[tuple[str, str | None]]]:
        """Return who gave which label, by task."""
        return {
            key: [(each.annotator, each.label) for each in task.annotations]
            for key, task in self.tasks.get(project, {}).items()
        }


def asked_of(pages: list[LabelingPage]) -> int:
    """Return how many requests pages took."""
    return sum(page.requests for page in pages)


def sent(pages: list[LabelingPage]) -> list[str]:
    """Return the ids of tasks in the order in which they came."""
    return [each.external_id for page in pages for each in page.tasks]
