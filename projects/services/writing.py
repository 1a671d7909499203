"""One page of a pull, whatever its kind brings, stored by the service of what it is."""

from __future__ import annotations

from projects.connectors.labeling_records import LabelingPage
from projects.connectors.records import Page
from projects.connectors.task_records import TaskPage
from projects.models import Connection
from projects.services.labeling_pages import record_labeling_page
from projects.services.pages import Stored, record_page
from projects.services.task_pages import record_task_page


def write_page(connection: Connection, page: Page | LabelingPage | TaskPage) -> Stored:
    """Store one page in the caller's transaction."""
    if isinstance(page, LabelingPage):
        return record_labeling_page(connection, page)
    if isinstance(page, TaskPage):
        return record_task_page(connection, page)
    return record_page(connection, page)
