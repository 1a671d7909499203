"""Which run counts for which initiative: links kept by the selection rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection

from mltrack.copying import copy_rows, integer_field, moment_field, row_of
from projects.models import Connection, Initiative

_SYNC_ALL = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT s.initiative_id, r.id AS run_id, r.ended_at
    FROM projects_run r JOIN projects_selectionrule s ON s.connection_id = r.connection_id
    WHERE r.connection_id = %(connection)s
      AND (cardinality(s.experiment_ids) = 0 OR r.experiment_id = ANY(s.experiment_ids))
      AND (s.tag_key = '' OR (r.tags ? s.tag_key AND (s.tag_value = '' OR r.tags ->> s.tag_key = s.tag_value)))
      AND ((s.registered_model = '' AND s.alias = '') OR EXISTS (
          SELECT 1 FROM projects_modelversion v
          WHERE v.connection_id = r.connection_id AND v.run_external_id = r.external_id AND v.deleted_at IS NULL
            AND (s.registered_model = '' OR v.name = s.registered_model)
            AND (s.alias = '' OR s.alias = ANY(v.aliases))))
), removed AS (
    DELETE FROM projects_runlink l USING projects_run r
    WHERE l.run_id = r.id AND r.connection_id = %(connection)s
      AND (l.initiative_id, l.run_id) NOT IN (SELECT initiative_id, run_id FROM wanted)
    RETURNING l.initiative_id
), kept AS (
    INSERT INTO projects_runlink (workspace_id, initiative_id, run_id, ended_at)
    SELECT %(workspace)s, w.initiative_id, w.run_id, w.ended_at FROM wanted w
    LEFT JOIN projects_runlink l ON l.initiative_id = w.initiative_id AND l.run_id = w.run_id
    WHERE l.id IS NULL OR l.ended_at IS DISTINCT FROM w.ended_at
    ON CONFLICT (initiative_id, run_id) DO UPDATE SET ended_at = EXCLUDED.ended_at
    RETURNING initiative_id
)
SELECT initiative_id FROM removed UNION SELECT initiative_id FROM kept
"""

_SYNC_SOME = _SYNC_ALL.replace(
    "FROM projects_run r", "FROM unnest(%(runs)s::bigint[]) t(id) JOIN projects_run r ON r.id = t.id"
).replace("USING projects_run r", "USING unnest(%(runs)s::bigint[]) t(id) JOIN projects_run r ON r.id = t.id")

_PUSHED = """
INSERT INTO projects_runlink (workspace_id, initiative_id, run_id, ended_at)
SELECT r.workspace_id, r.pushed_to_id, r.id, r.ended_at
FROM unnest(%(runs)s::bigint[]) t(id) JOIN projects_run r ON r.id = t.id
WHERE r.pushed_to_id = %(initiative)s
ON CONFLICT (initiative_id, run_id) DO UPDATE SET ended_at = EXCLUDED.ended_at
WHERE projects_runlink.ended_at IS DISTINCT FROM EXCLUDED.ended_at
"""

_COPY = """
COPY projects_runlink (workspace_id, initiative_id, run_id, ended_at) FROM STDIN (FORMAT binary)
"""

_LINKED = "SELECT DISTINCT initiative_id FROM projects_runlink WHERE run_id = ANY(%s)"


def sync_links(source: Connection, run_ids: Collection[int] | None = None) -> set[int]:
    """Make the links of a connection's runs (of all where `run_ids` is None) what the rules say.

    Return the initiatives whose links changed. The caller holds the lock of the connection.
    """
    values: dict[str, int | list[int]] = {
        "connection": source.pk,
        "workspace": source.workspace_id,
        "runs": list(run_ids or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SYNC_ALL if run_ids is None else _SYNC_SOME, values)
        return {number for (number,) in cursor.fetchall()}


def link_pushed(initiative: Initiative, run_ids: Collection[int]) -> None:
    """Link runs that were pushed to an initiative to it, and let their links say when they ended."""
    if not run_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_PUSHED, {"initiative": initiative.pk, "runs": list(run_ids)})


def link_new(initiative: Initiative, ends: Mapping[int, datetime | None]) -> None:
    """Link runs that were pushed to an initiative just now to it: by row number, when each ended."""
    begin = row_of(4) + integer_field(initiative.workspace_id) + integer_field(initiative.pk)
    if ends:
        copy_rows(_COPY, [begin + integer_field(run) + moment_field(end) for run, end in ends.items()])


def linked_initiatives(run_ids: Collection[int]) -> set[int]:
    """Return the initiatives that any of these runs counts for."""
    if not run_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, [list(run_ids)])
        return {number for (number,) in cursor.fetchall()}
