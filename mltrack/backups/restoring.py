"""Put a backup back: checked before, written in one transaction, compared afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader

from mltrack.backups.archive import checked, opened, part
from mltrack.backups.errors import BackupError
from mltrack.backups.manifest import Manifest, TableNote
from mltrack.backups.streams import BLOCK, measure
from mltrack.backups.tables import (
    MADE_BY_ITSELF,
    Table,
    existing,
    known_tables,
    left_out,
    quoted,
    same_text,
    sequences,
    tables,
    targets_first,
)

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
SHOWN: Final = 3


def look_into(path: Path) -> Manifest:
    """Check a backup without touching the database, and return what it holds. Raises BackupError."""
    with opened(path) as archive:
        return _fitting(archive)


def require_room() -> None:
    """Raise BackupError where the database holds something, whatever version its tables are of."""
    with connection.cursor() as cursor:
        _require_empty(cursor, existing(cursor, sorted(known_tables())))


def restore_backup(path: Path, *, replace: bool = False) -> Manifest:
    """Write a backup into a database that has the tables and nothing else, or in place of all that it has.

    The file is checked in full before; afterwards, still inside the transaction, every table is read again and
    compared with the manifest. Raises BackupError; nothing was written then.
    """
    with opened(path) as archive:
        manifest = _fitting(archive)
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                same_text(cursor)
                _put_back(cursor, archive, manifest, replace=replace)
        except DatabaseError as error:
            words = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise BackupError(f"The database refused the backup, and nothing was written: {words}") from error
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return manifest


def _fitting(archive: ZipFile) -> Manifest:
    """Return the manifest of a whole, unchanged backup of this version of the tables."""
    manifest = checked(archive)
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    theirs = set(manifest.migrations)
    if missing := sorted(theirs - ours):
        raise BackupError(f"The backup is of a newer version ({manifest.version}): this one lacks {_some(missing)}.")
    if more := sorted(ours - theirs):
        raise BackupError(
            f"The backup is of an older version ({manifest.version}), before {_some(more)}: "
            "restore it with that version, then upgrade."
        )
    return manifest


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more migrations" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _put_back(cursor: CursorWrapper, archive: ZipFile, manifest: Manifest, *, replace: bool) -> None:
    found = {table.name: table for table in tables(cursor)}
    _require_same_shape(found, manifest.tables)
    _require_alone(cursor)
    present = existing(cursor, sorted(known_tables()))
    cursor.execute(f"LOCK TABLE {', '.join(map(quoted, present))} IN ACCESS EXCLUSIVE MODE")
    if not replace:
        _require_empty(cursor, present)
    cursor.execute(f"TRUNCATE {', '.join(map(quoted, present))}")
    for name in targets_first(manifest.tables):
        with part(archive, name) as source, connection.wrap_database_errors:
            cursor.copy_expert(Table(name, manifest.tables[name].columns, ()).copy_in, source, BLOCK)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name, note in manifest.tables.items():
        _require_equal(cursor, found[name], note)
    _set_sequences(cursor, manifest)


def _require_same_shape(found: Mapping[str, Table], notes: Mapping[str, TableNote]) -> None:
    for name in sorted({*found, *notes}):
        if name not in found or name not in notes or set(found[name].columns) != set(notes[name].columns):
            raise BackupError(f"The table {name} has another shape here than in the backup: nothing was written.")


def _require_alone(cursor: CursorWrapper) -> None:
    cursor.execute(_OTHERS)
    others = cursor.fetchone()[0]
    if others:
        raise BackupError(
            f"{others} other sessions use this database: end web, worker and beat first. Nothing was written."
        )


def _require_empty(cursor: CursorWrapper, present: list[str]) -> None:
    for name in sorted(set(present) - MADE_BY_ITSELF - left_out()):
        cursor.execute(f"SELECT EXISTS (SELECT FROM {quoted(name)})")  # noqa: S608
        if cursor.fetchone()[0]:
            raise BackupError(
                f"This database is not empty ({name} has rows): nothing was written. Use an empty one, "
                "or --replace to lose what it holds."
            )


def _require_equal(cursor: CursorWrapper, table: Table, note: TableNote) -> None:
    ordered = Table(table.name, note.columns, table.order)
    if measure(lambda stream: cursor.copy_expert(ordered.copy_out, stream)) != (note.rows, note.sha256):
        raise BackupError(f"The table {table.name} reads differently after the restore: nothing was written.")


def _set_sequences(cursor: CursorWrapper, manifest: Manifest) -> None:
    """Let counters go on where they stood. This is the last step: counters do not roll back."""
    known = sequences(cursor, list(manifest.tables))
    for name in sorted(known):
        last, used = manifest.sequences.get(name, (1, False))
        cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s, %s)", [name, last, used])
