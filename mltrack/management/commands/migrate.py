"""`manage.py migrate`: Django's own, one process at a time and never in the way of requests."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from mltrack import migrating


class Command(migrate.Command):
    """Applies migrations with short waits for locks, and tries again."""

    stealth_options = ("patience",)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; `patience` may be given by code that calls this command."""
        patience = options.pop("patience", None) or migrating.Patience()
        connection = connections[options["database"]]
        if options.get("plan") or options.get("check_unapplied"):
            super().handle(*args, **options)
            return
        migrate_now = super().handle
        with migrating.alone(connection, patience):
            migrating.patiently(lambda: migrate_now(*args, **options), connection, patience, self.stderr.write)
