"""What a backup says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from mltrack.backups.errors import BackupError

FORMAT: Final = 1


@dataclass(frozen=True)
class TableNote:
    """One table: its columns in the order of the file, its rows, and the SHA-256 of the file in hex."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """When and by which version a backup was made (`at` in ISO 8601, UTC), and what it holds.

    `migrations` are `app.name`; `sequences` hold (last value, whether it was used); `keys` are fingerprints of the
    encryption keys, newest first.
    """

    format: int
    version: str
    at: str
    server: str
    migrations: tuple[str, ...]
    keys: tuple[str, ...]
    tables: Mapping[str, TableNote]
    sequences: Mapping[str, tuple[int, bool]]

    @property
    def rows(self) -> int:
        """Return how many rows all tables hold together."""
        return sum(table.rows for table in self.tables.values())


def written(manifest: Manifest) -> bytes:
    """Return a manifest as JSON."""
    return json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()


def parsed(text: bytes) -> Manifest:
    """Return the manifest in a JSON text. Raises BackupError for what is none, or of another format."""
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise BackupError(f"The backup has format {found['format']}; this version reads format {FORMAT}.")
        return _manifest(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError("The backup's manifest cannot be read: the file was changed.") from error


def _manifest(found: Mapping[str, Any]) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=str(found["version"]),
        at=str(found["at"]),
        server=str(found["server"]),
        migrations=tuple(map(str, found["migrations"])),
        keys=tuple(map(str, found["keys"])),
        tables={str(name): _note(note) for name, note in found["tables"].items()},
        sequences={str(name): (int(last), bool(used)) for name, (last, used) in found["sequences"].items()},
    )


def _note(found: Mapping[str, Any]) -> TableNote:
    return TableNote(tuple(map(str, found["columns"])), int(found["rows"]), str(found["sha256"]))
