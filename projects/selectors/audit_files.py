"""The tasks of a label audit as files: CSV that takes second labels, and tasks that Label Studio imports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mltrack.cells import Cell
from projects.models import LabelAudit
from projects.selectors.label_audits import audited_tasks

COLUMNS: Final = ("task", "project", "url", "label")
CLOSED_COLUMNS: Final = ("number", "task", "project", "url", "stratum", "label", "relabel", "relabeled_at", "source")


def task_rows(audit: LabelAudit) -> Iterator[tuple[Cell, ...]]:
    """Return the tasks in order with a heading: while the audit is open with an empty label, to be filled in.

    Afterwards with both labels, so that wrong ones can be mended; a `relabel` of "" was given where nobody could tell.
    """
    tasks = audited_tasks(audit)
    if audit.is_open:
        yield COLUMNS
        yield from ((*each, "") for each in tasks.values_list("external_id", "project_key", "url"))
        return
    yield CLOSED_COLUMNS
    named = ("number", "external_id", "project_key", "url", "shown_stratum", "shown_label", "relabel", "relabeled_at")
    yield from tasks.values_list(*named, "source")


def label_studio_tasks(audit: LabelAudit) -> list[dict[str, Any]]:
    """Return the tasks to import into a project of their own: what we know of them, and no label.

    What is labeled itself lies in the tool: `data.url` leads there, and `meta` says which task is meant.
    """
    rows = audited_tasks(audit).values_list("external_id", "url", "number", "project_key")
    return [
        {
            "data": {"task": task, "url": url},
            "meta": {"audit": audit.public_id, "number": number, "project": project},
        }
        for task, url, number, project in rows
    ]
