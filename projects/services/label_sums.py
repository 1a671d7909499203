"""The sums of labeling: moved by what changed, in the transaction that changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any, Final

from django.db import IntegrityError, connection

from projects.models import LabelingProject
from projects.progress.labeling.task_sums import Cell

_GROW: Final = """
INSERT INTO projects_labelingtally (project_id, batch, kind, day, digest, key, n)
SELECT %(project)s, i.b, i.k, i.d, i.h, i.v::jsonb, i.n
FROM json_to_recordset(%(rows)s::json) AS i(b text, k text, d date, h text, v json, n bigint)
ON CONFLICT (project_id, kind, batch, day, digest) DO UPDATE SET n = projects_labelingtally.n + EXCLUDED.n
"""
_SHRINK: Final = """
UPDATE projects_labelingtally t SET n = t.n + i.n
FROM json_to_recordset(%(rows)s::json) AS i(b text, k text, d date, h text, n bigint)
WHERE t.project_id = %(project)s AND t.kind = i.k AND t.batch = i.b AND t.digest = i.h AND t.day {same_day}
RETURNING t.id, t.n
"""
# Each finds its rows by the index: a day that is null equals none.
_SHRINK_DATED: Final = _SHRINK.format(same_day="= i.d")
_SHRINK_UNDATED: Final = _SHRINK.format(same_day="IS NULL")


def move_sums(project: LabelingProject, moves: Mapping[Cell, int]) -> None:
    """Let sums grow and shrink. The caller holds the project's row.

    Raises IntegrityError where a sum would fall below zero: then the sums do not fit the tasks.
    """
    rows = [_row(cell, n) for cell, n in moves.items()]
    fewer = [row for row in rows if row["n"] < 0]
    _shrink(_SHRINK_DATED, project, [row for row in fewer if row["d"] is not None])
    _shrink(_SHRINK_UNDATED, project, [row for row in fewer if row["d"] is None])
    more = [row for row in rows if row["n"] > 0]
    if more:
        with connection.cursor() as cursor:
            cursor.execute(_GROW, {"project": project.pk, "rows": json.dumps(more)})


def _shrink(statement: str, project: LabelingProject, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, {"project": project.pk, "rows": json.dumps(rows)})
        found = cursor.fetchall()
        if len(found) < len(rows):
            raise IntegrityError("A sum of labels that should shrink is not there.")
        empty = [number for number, n in found if n == 0]
        if empty:
            cursor.execute("DELETE FROM projects_labelingtally WHERE id = ANY(%s)", [empty])


def _row(cell: Cell, n: int) -> dict[str, Any]:
    key = json.dumps(cell.key, separators=(",", ":"))
    digest = md5(key.encode(), usedforsecurity=False).hexdigest()
    day = None if cell.day is None else cell.day.isoformat()
    return {"b": cell.batch, "k": cell.kind, "d": day, "h": digest, "v": cell.key, "n": n}
