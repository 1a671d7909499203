"""`manage.py up`, as Django lists it. `manage.py` itself runs it without Django: see `mltrack.up`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from mltrack import up


class Command(BaseCommand):
    """Shows the real command's help, and runs it with its defaults when code calls it."""

    help = "Run web, worker and beat as one process tree, or the roles that are named."
    requires_system_checks = []

    def print_help(self, prog_name: str, subcommand: str) -> None:
        """Print the options of the real command."""
        up.parser().print_help()

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the whole tree."""
        sys.exit(up.main([]))
