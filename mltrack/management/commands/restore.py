"""`manage.py restore FILE`: put a backup back, whole or not at all."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from kpis.services.hook_secrets import closed_hooks
from kpis.services.subscription_secrets import closed_webhooks
from mltrack import preparation
from mltrack.backups.errors import BackupError
from mltrack.backups.keys import present_keys
from mltrack.backups.manifest import Manifest
from mltrack.backups.restoring import look_into, require_room, restore_backup
from projects.services.secrets import closed_secrets

CLOSED: Final = 3


class Command(BaseCommand):
    """Restores, and says which secrets do not open with the present keys."""

    help = (
        "Put a backup back into an empty database. Exit 0 restored, 1 nothing was written, "
        f"{CLOSED} restored, but secrets do not open with the present keys."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what may be lost."""
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` has written")
        parser.add_argument("--replace", action="store_true", help="lose everything that the database holds now")
        parser.add_argument("--check", action="store_true", help="check the file and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, restore, compare, and try the secrets."""
        path: Path = options["file"]
        try:
            manifest = look_into(path)
            if options["check"]:
                self.stdout.write(f"{path} is whole: {told(manifest)}.")
                return
            if not options["replace"]:
                require_room()
            preparation.migrate()
            restore_backup(path, replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {told(manifest)}; every table reads as it was written.")
        self._try_secrets(manifest)

    def _try_secrets(self, manifest: Manifest) -> None:
        closed = [*closed_secrets(), *closed_webhooks(), *closed_hooks()]
        if not closed:
            self.stdout.write("Every stored secret opens.")
            return
        lacking = [key for key in manifest.keys if key not in present_keys()]
        self.stdout.write(
            f"{len(closed)} secrets do not open: add the keys {', '.join(lacking) or 'that sealed them'} to "
            "MLTRACK_ENCRYPTION_KEYS, or type these secrets again:"
        )
        for name in closed:
            self.stdout.write(f"  {name}")
        sys.exit(CLOSED)


def told(manifest: Manifest) -> str:
    """Return what a backup holds, in words."""
    return f"{manifest.rows:,} rows of {len(manifest.tables)} tables as of {manifest.at}, version {manifest.version}"
