"""`manage.py backup FILE`: everything that the database holds, as it is now, in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mltrack import __version__
from mltrack.backups.errors import BackupError
from mltrack.backups.keys import write_keys
from mltrack.backups.taking import take_backup


class Command(BaseCommand):
    """Takes a backup while everything else goes on."""

    help = "Write every row to one file, as of one moment. Encryption keys are not inside."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, and the keys' file beside it."""
        parser.add_argument("file", type=Path, help="a new file, like mltrack-2026-11-23.backup")
        parser.add_argument(
            "--with-keys", action="store_true", help="also write the keys, in clear, to FILE.keys (mode 0600)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it and say what it holds."""
        path: Path = options["file"]
        keys = path.with_name(path.name + ".keys")
        if options["with_keys"] and keys.exists():
            raise CommandError(f"{keys} exists already: name another file, or move this one away.")
        try:
            manifest = take_backup(path, version=__version__, now=datetime.now(UTC))
            if options["with_keys"]:
                write_keys(keys)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{path}: {manifest.rows:,} rows of {len(manifest.tables)} tables, {path.stat().st_size / 1e6:,.1f} MB."
        )
        if options["with_keys"]:
            self.stdout.write(f"{keys} opens its secrets: keep it somewhere else.")
        else:
            self.stdout.write(f"Its secrets open with the keys {', '.join(manifest.keys)}, which are not inside.")
