"""Which versions of rows there are: an answer that a process keeps holds for as long as those of its rows do.

PostgreSQL tells a version of a row by who wrote it (`xmin`) and where it lies (`ctid`). One query hashes these for each
table that an answer rests on, so that whatever another process writes is told at once, and nothing stale ever is. Two
statements with the same snapshot see the same rows: while nobody commits anything at all, the query reads none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection

from mltrack.prepared import Prepared

ALL: Final = 1_000_000
KEPT: Final = 64
Stamp = tuple[Any, ...]
_ASKED: Final = """
WITH asked AS MATERIALIZED (
    SELECT id, period, owner_id, xmin, ctid FROM kpis_kpi
    WHERE workspace_id = %(workspace)s AND archived_at IS NULL AND key > %(after)s ORDER BY key LIMIT %(most)s
)"""
_OURS: Final = "initiative_id IN (SELECT id FROM projects_initiative WHERE workspace_id = %(workspace)s)"
_NOTES: Final = "kpi_id IN (SELECT id FROM asked) AND removed_at IS NULL"
# A period more than a line shows: where the newest began is for the query of the periods to say.
_READINGS: Final = """asked JOIN LATERAL (
    SELECT xmin, ctid FROM kpis_reading WHERE kpi_id = asked.id AND segment = '' AND time >= (
        SELECT time FROM kpis_reading WHERE kpi_id = asked.id AND segment = '' ORDER BY time DESC LIMIT 1
    ) - 27 * CASE asked.period WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days'
        WHEN 'month' THEN interval '1 month' ELSE interval '3 months' END
) AS reading ON true WHERE true"""
# People sign in often, which writes their row: only what they are called is shown.
_PEOPLE: Final = f"""accounts_user WHERE id IN (
    SELECT owner_id FROM asked
    UNION SELECT owner_id FROM projects_initiative WHERE workspace_id = %(workspace)s
    UNION SELECT author_id FROM projects_update WHERE {_OURS}
    UNION SELECT author_id FROM kpis_kpinote WHERE {_NOTES}
)"""  # noqa: S608 (no value is put into it)
_VERSION: Final = "xmin, ctid"
# Of each table what tells a version, and where a workspace's rows of it are found.
_PARTS: Final = {
    "accounts_user": ("id, name, email", _PEOPLE),
    "accounts_workspace": (_VERSION, "accounts_workspace WHERE id = %(workspace)s"),
    "kpis_contribution": (_VERSION, f"kpis_contribution WHERE {_OURS}"),
    "kpis_contributionresult": (_VERSION, f"kpis_contributionresult WHERE {_OURS}"),
    "kpis_goal": (_VERSION, "kpis_goal WHERE kpi_id IN (SELECT id FROM asked) AND state IN ('active', 'proposed')"),
    "kpis_initiativecost": (_VERSION, f"kpis_initiativecost WHERE {_OURS}"),
    "kpis_kpi": (_VERSION, "asked WHERE true"),
    "kpis_kpinote": (_VERSION, f"kpis_kpinote WHERE {_NOTES}"),
    "kpis_readinesssnapshot": (_VERSION, f"kpis_readinesssnapshot WHERE is_latest AND {_OURS}"),
    "kpis_reading": ("reading.xmin, reading.ctid", _READINGS),
    "projects_initiative": (_VERSION, "projects_initiative WHERE workspace_id = %(workspace)s"),
    "projects_stagechange": (_VERSION, f"projects_stagechange WHERE {_OURS}"),
    "projects_update": (_VERSION, f"projects_update WHERE {_OURS}"),
}
TABLES: Final = frozenset(_PARTS)


# A transaction that wrote sees its own rows, which no snapshot tells.
_SNAPSHOT: Final = "CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN pg_current_snapshot()::text ELSE '' END"
_IS_NEW: Final = f"(%(known)s = '' OR {_SNAPSHOT} <> %(known)s)"


@dataclass(frozen=True, slots=True)
class Versions:
    """Of each table of a workspace how many rows there are, and a hash of their versions."""

    rows: dict[str, Stamp]

    def of(self, tables: Iterable[str]) -> Stamp:
        """Return what changes with any row of some of the tables. Raises KeyError for one that was not asked for."""
        return tuple(self.rows[name] for name in sorted(tables))


_known: Final[dict[tuple[Any, ...], tuple[str, Versions]]] = {}


def versions_of(workspace: int, tables: Iterable[str], after: str = "", most: int = ALL) -> Versions:
    """Return the versions of a workspace's rows, in one query; of KPIs in use those by key after one, the first.

    Of readings the newest 27 periods without a segment count, of goals the open ones, of judgements the newest.
    """
    names = tuple(sorted(tables))
    asked = connection.settings_dict["NAME"], workspace, names, after, most
    snapshot, versions = _known.get(asked, ("", None))
    with connection.cursor() as cursor:
        given = {"workspace": workspace, "after": after, "most": most, "known": snapshot}
        asking(names).run(cursor, given)
        rows = {name: row for name, *row in cursor.fetchall()}
    *_, present = rows.pop("")
    if versions is not None and present == snapshot:
        return versions
    found = Versions({name: (count, seen) for name, (count, seen, _) in rows.items()})
    if present:
        _keep(asked, present, found)
    return found


@cache
def asking(tables: tuple[str, ...]) -> Prepared:
    """Return the statement that asks for the versions of some tables, a row for each, and one for the snapshot.

    Where `known` is that snapshot nothing is read, and the other rows say nothing.
    """
    parts = [f"SELECT '', NULL::bigint, NULL::bigint, {_SNAPSHOT}", *map(_part, tables)]
    return Prepared(
        f"{_ASKED}\n{' UNION ALL '.join(parts)}", workspace="bigint", after="text", most="bigint", known="text"
    )


def _part(name: str) -> str:
    what, where = _PARTS[name]
    said = f"SELECT '{name}', count(*), bit_xor(hash_record_extended(ROW({what}), 0)), NULL"
    return f"{said} FROM {where} AND {_IS_NEW}"


def _keep(asked: tuple[Any, ...], snapshot: str, found: Versions) -> None:
    _known.pop(asked, None)
    while len(_known) >= KEPT:
        _known.pop(next(iter(_known)), None)
    _known[asked] = snapshot, found
