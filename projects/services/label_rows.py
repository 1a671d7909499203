"""Label tasks and annotations as rows: set-based statements. Rows travel as one JSON text a statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from projects.models import Annotation, LabelingProject, LabelTask

_TASK_FIELDS: Final = {
    "batch": "text",
    "url": "text",
    "state": "text",
    "is_reviewed": "boolean",
    "gold": "text",
    "predictions": "integer",
    "labels": "jsonb",
    "label": "text",
    "disagreement": "float8",
    "first_label_at": "timestamptz",
    "last_label_at": "timestamptz",
    "changed_at": "timestamptz",
    "deleted_at": "timestamptz",
}
_ANNOTATION_FIELDS: Final = {
    "task_id": "bigint",
    "external_id": "text",
    "annotator_id": "bigint",
    "label": "text",
    "time": "timestamptz",
    "lead_time": "float8",
    "is_ground_truth": "boolean",
}


def _columns(fields: dict[str, str], form: str = "{0}") -> str:
    return ", ".join(form.format(f'"{name}"', kind) for name, kind in fields.items())


_PUT_TASKS: Final = f"""
INSERT INTO projects_labeltask (project_id, external_id, {_columns(_TASK_FIELDS)})
SELECT %(project)s, external_id, {_columns(_TASK_FIELDS)}
FROM json_to_recordset(%(rows)s::json) AS i(external_id text, {_columns(_TASK_FIELDS, "{0} {1}")})
ON CONFLICT (project_id, external_id) DO UPDATE SET {_columns(_TASK_FIELDS, "{0} = EXCLUDED.{0}")}
RETURNING external_id, id
"""  # noqa: S608 (names of columns alone)
_ADD_ANNOTATIONS: Final = f"""
INSERT INTO projects_annotation ({_columns(_ANNOTATION_FIELDS)})
SELECT {_columns(_ANNOTATION_FIELDS)}
FROM json_to_recordset(%(rows)s::json) AS i({_columns(_ANNOTATION_FIELDS, "{0} {1}")})
"""  # noqa: S608 (names of columns alone)
_CHANGE_ANNOTATIONS: Final = f"""
UPDATE projects_annotation a SET {_columns(_ANNOTATION_FIELDS, "{0} = i.{0}")}
FROM json_to_recordset(%(rows)s::json) AS i(id bigint, {_columns(_ANNOTATION_FIELDS, "{0} {1}")}) WHERE a.id = i.id
"""  # noqa: S608 (names of columns alone)
_DELETE_ANNOTATIONS: Final = "DELETE FROM projects_annotation WHERE id = ANY(%s)"


def put_tasks(project: LabelingProject, tasks: Sequence[LabelTask]) -> dict[str, int]:
    """Insert or overwrite tasks by external id; return their row numbers."""
    if not tasks:
        return {}
    rows = [{"external_id": each.external_id, **{name: getattr(each, name) for name in _TASK_FIELDS}} for each in tasks]
    with connection.cursor() as cursor:
        cursor.execute(_PUT_TASKS, {"project": project.pk, "rows": _json(rows)})
        return dict(cursor.fetchall())


def put_annotations(annotations: Sequence[Annotation]) -> None:
    """Insert annotations without a row number, and overwrite those that have one."""
    rows = [{"id": each.pk, **{name: getattr(each, name) for name in _ANNOTATION_FIELDS}} for each in annotations]
    for statement, mine in (
        (_CHANGE_ANNOTATIONS, [row for row in rows if row["id"] is not None]),
        (_ADD_ANNOTATIONS, [row for row in rows if row["id"] is None]),
    ):
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(statement, {"rows": _json(mine)})


def delete_annotations(numbers: Sequence[int]) -> None:
    """Delete annotations by row number."""
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE_ANNOTATIONS, [list(numbers)])


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return json.dumps(rows, default=datetime.isoformat)
