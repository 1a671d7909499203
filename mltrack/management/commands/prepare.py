"""`manage.py prepare`: tables, static files and a way in, before processes serve. `manage.py up` calls it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mltrack import env, preparation, roles

_TABLES_SECONDS = 600.0


class Command(BaseCommand):
    """Brings everything up to date for the roles that will run, and prints what a person should know."""

    help = "Apply migrations and collect static files (web), or wait until another process has (worker, beat)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the roles."""
        for role in roles.ROLES:
            parser.add_argument(f"--{role}", action="store_true", help=f"Prepare for the {role} role.")
        parser.add_argument("--whole", action="store_true", help="Prepare for one tree on one machine.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare or wait."""
        if not options[roles.WEB]:
            if not preparation.wait_for_tables(_TABLES_SECONDS):
                raise CommandError("the database has no tables yet: run the web role or `manage.py migrate` first.")
            return
        whole = options["whole"]
        applied = preparation.migrate()
        if applied:
            self.stdout.write(f"Applied {applied} migrations.")
        if whole and env.demo():
            preparation.seed()
        preparation.collect(always_compare=whole)
        for line in preparation.way_in(demo=whole):
            self.stdout.write(line)
