"""Labels for tests: records of a tool, annotations that are pushed, and the sums counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from projects.connectors.labeling_records import (
    AnnotationRecord,
    LabelingPage,
    LabelingProjectRecord,
    LabelTaskRecord,
)
from projects.models import Annotation, Connection, LabelingProject, LabelingTally
from projects.progress.labeling.task_sums import Answer, cells_of, labels_of
from projects.services.labeling_pages import record_labeling_page
from projects.services.pages import Stored

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def task_record(name: str, labels: Mapping[str, str | None], **fields: Any) -> LabelTaskRecord:
    """Return a task that each named annotator gave a label, a day apart, or skipped."""
    annotations = [
        AnnotationRecord(f"{name}-{place}", who, label, NOON + timedelta(days=place), 12.5)
        for place, (who, label) in enumerate(labels.items())
    ]
    return LabelTaskRecord(name, annotations, **fields)


def project_record(external_id: str = "7", **fields: Any) -> LabelingProjectRecord:
    """Return a project of a hundred tasks with the tool's own counts."""
    given = {"name": "Tickets", "total": 100, "labeled": 40, "counted_at": NOON, "skipped": 3, **fields}
    return LabelingProjectRecord(external_id, **given)


def pull(connection: Connection, tasks: Iterable[LabelTaskRecord] = (), **fields: Any) -> Stored:
    """Record one page of a project."""
    project = fields.pop("project", None) or project_record()
    return record_labeling_page(connection, LabelingPage(project=project, tasks=list(tasks), **fields))


def pushed(task: str, annotator: str, label: str | None, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """Return an annotation as it is pushed."""
    time = (NOON + timedelta(hours=hours)).isoformat()
    return {"task": task, "annotator": annotator, "label": label, "time": time, **fields}


def kept_sums(project: LabelingProject) -> dict[tuple[Any, ...], int]:
    """Return the sums as they are kept."""
    rows = LabelingTally.objects.filter(project=project)
    return {(row.batch, row.kind, row.day, _plain(row.key)): row.n for row in rows}


def counted_sums(project: LabelingProject) -> dict[tuple[Any, ...], int]:
    """Return the sums counted anew from all annotations that there are."""
    found: Counter[tuple[Any, ...]] = Counter()
    for task in project.tasks.filter(deleted_at=None):
        answers = [
            Answer(
                each.annotator.number,
                each.label,
                each.time,
                each.label is None and each.external_id != "",
                each.is_ground_truth,
            )
            for each in Annotation.objects.filter(task=task).select_related("annotator")
        ]
        for cell in cells_of(labels_of(answers, task.gold), task.batch, task.is_reviewed):
            found[cell.batch, cell.kind, cell.day, _plain(cell.key)] += 1
    return dict(found)


def _plain(key: Any) -> Any:
    return tuple(map(_plain, key)) if isinstance(key, list | tuple) else key
