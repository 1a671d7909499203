"""`manage.py doctor`: what is wrong with this set-up, in words."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mltrack.management.diagnosis import CHECKS, diagnose, look_at

SIGNS = {"ok": "✓", "warning": "!", "bad": "✗"}


class Command(BaseCommand):
    """Looks at everything and exits 1 where something is wrong."""

    help = "Say what is wrong with this set-up. Exit 0 where nothing is, else 1."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the choice of checks."""
        parser.add_argument("--only", nargs="+", choices=CHECKS, metavar="CHECK", help=", ".join(CHECKS))

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per finding."""
        bad = 0
        for finding in look_at(options["only"]) if options["only"] else diagnose():
            self.stdout.write(f"{SIGNS[finding.level]} {finding.name}: {finding.words}")
            bad += finding.level == "bad"
        if bad:
            self.stdout.write(f"{bad} of these need you.")
            sys.exit(1)
