"""Take a backup: one snapshot of all tables, while everything else goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from mltrack.backups.archive import MANIFEST, place, written_whole
from mltrack.backups.errors import BackupError
from mltrack.backups.keys import present_keys
from mltrack.backups.manifest import FORMAT, Manifest, TableNote, written
from mltrack.backups.streams import measure
from mltrack.backups.tables import Table, quoted, same_text, sequences, tables


def take_backup(path: Path, *, version: str, now: datetime) -> Manifest:
    """Write a backup to a new file and return what it holds.

    All tables are read in one read-only REPEATABLE READ transaction. They are locked against changes of their shape
    before its snapshot is taken; rows may go on changing. Raises BackupError; the file is then not there.
    """
    with connection.cursor() as cursor:
        names = [table.name for table in tables(cursor)]
    if not names:
        raise BackupError("This database has no tables: there is nothing to back up.")
    with written_whole(path) as archive, transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        same_text(cursor)
        cursor.execute(f"LOCK TABLE {', '.join(map(quoted, names))} IN ACCESS SHARE MODE")
        notes = {table.name: _store(archive, cursor, table) for table in tables(cursor)}
        manifest = Manifest(
            format=FORMAT,
            version=version,
            at=now.isoformat(timespec="seconds"),
            server=_server(cursor),
            migrations=applied(cursor),
            keys=present_keys(),
            tables=notes,
            sequences=sequences(cursor, list(notes)),
        )
        archive.writestr(MANIFEST, written(manifest))
    return manifest


def applied(cursor: CursorWrapper) -> tuple[str, ...]:
    """Return the migrations that the database has, as `app.name` in order."""
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return tuple(name for (name,) in cursor.fetchall())


def _store(archive: ZipFile, cursor: CursorWrapper, table: Table) -> TableNote:
    with archive.open(place(table.name), "w", force_zip64=True) as target:
        rows, sha256 = measure(lambda stream: cursor.copy_expert(table.copy_out, stream), target)
    return TableNote(table.columns, rows, sha256)


def _server(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_setting('server_version')")
    return str(cursor.fetchone()[0])
