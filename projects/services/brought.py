"""What one pull has stored, and the event that the audit trail keeps of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from mltrack.accounts.access import system_principal
from mltrack.accounts.services.audit import record_audit
from mltrack.periods import EARLIEST
from projects.connectors.labeling_records import LabelingPage
from projects.connectors.reading_records import ReadingsPage
from projects.connectors.records import Page
from projects.connectors.task_records import TaskPage
from projects.models import Connection
from projects.services.pages import Stored


@dataclass(slots=True)
class Brought:
    """Counts of what was committed, and a SHA-256 over the pages that changed something, as they were read."""

    pages: int = 0
    rows: int = 0
    rejected: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def add(self, page: Page | LabelingPage | TaskPage | ReadingsPage, stored: Stored) -> None:
        """Count a page that was committed."""
        self.pages += 1
        self.rows += stored.rows
        self.rejected += stored.rejected
        if stored.rows:
            self._digest.update(repr(_content(page)).encode())

    def audit(self, connection: Connection) -> None:
        """Keep one event in the caller's transaction; none of a pull that brought nothing."""
        if not self.rows:
            return
        after = {
            "rows": self.rows,
            "rejected": self.rejected,
            "pages": self.pages,
            "sha256": self._digest.hexdigest(),
        }
        record_audit(system_principal(connection.workspace), "pull", "connection", connection.public_id, after=after)


def _content(page: Page | LabelingPage | TaskPage | ReadingsPage) -> tuple[Any, ...]:
    if isinstance(page, LabelingPage):
        return _of_labels(page)
    if isinstance(page, ReadingsPage):
        return page.query, page.rows
    return _of_tasks(page) if isinstance(page, TaskPage) else _of_runs(page)


def _of_tasks(page: TaskPage) -> tuple[Any, ...]:
    """Return what came but who does it."""
    return page.sprints, [replace(each, assignee_email="") for each in page.tasks], page.present_ids, page.gone


def _of_runs(page: Page) -> tuple[Any, ...]:
    files = [(each.name, each.digest) for each in page.evaluations]
    return page.records, page.deleted_ids, page.model_versions, files


def _of_labels(page: LabelingPage) -> tuple[Any, ...]:
    """Return what came but when it was counted, and who annotated: of few annotations the digest would tell."""
    project = page.project and replace(page.project, counted_at=EARLIEST)
    tasks = [
        replace(task, annotations=[replace(each, annotator="") for each in task.annotations]) for task in page.tasks
    ]
    return project, tasks, page.present_ids, page.gone
