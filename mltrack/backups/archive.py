"""The file of a backup: written whole or not at all, and checked in full before it is used."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from mltrack.backups.errors import BackupError
from mltrack.backups.manifest import Manifest, parsed
from mltrack.backups.streams import measure, pump

MANIFEST: Final = "manifest.json"
LARGEST_MANIFEST: Final = 5_000_000
_DAMAGE = (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError, OverflowError)


def place(table: str) -> str:
    """Return the name of a table's part."""
    return f"tables/{table}.copy"


@contextmanager
def written_whole(path: Path) -> Iterator[ZipFile]:
    """Give an archive that appears under `path` when all of it is on the disk; its owner alone may read it.

    Raises BackupError where the file exists or cannot be made.
    """
    if path.exists():
        raise BackupError(f"{path} exists already: name another file, or move this one away.")
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Give the archive at `path`. Raises BackupError for a file that is missing or not whole."""
    try:
        archive = ZipFile(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    except _DAMAGE as error:
        raise BackupError(f"{path} is not a whole backup: it is cut off, or another kind of file.") from error
    with archive:
        yield archive


def checked(archive: ZipFile) -> Manifest:
    """Read everything once and return the manifest. Raises BackupError where anything differs from it."""
    try:
        if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise BackupError("The backup's manifest is too large: the file was changed.")
        manifest = parsed(archive.read(MANIFEST))
    except _DAMAGE as error:
        raise BackupError("The backup has no manifest that can be read: it is not whole, or was changed.") from error
    parts = sorted([MANIFEST, *map(place, manifest.tables)])
    if sorted(archive.namelist()) != parts:
        raise BackupError("The backup does not hold the tables that its manifest names: it was changed.")
    for name, note in manifest.tables.items():
        if _measured(archive, name) != (note.rows, note.sha256):
            raise BackupError(f"The backup's table {name} was changed: its checksum differs from the manifest's.")
    return manifest


def part(archive: ZipFile, table: str) -> IO[bytes]:
    """Return the stream of a table's rows."""
    return archive.open(place(table))


def _measured(archive: ZipFile, table: str) -> tuple[int, str]:
    try:
        with part(archive, table) as source:
            return measure(pump(source))
    except (*_DAMAGE, OSError) as error:
        raise BackupError(f"The backup's table {table} cannot be read: the file was changed.") from error
