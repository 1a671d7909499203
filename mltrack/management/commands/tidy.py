"""`manage.py tidy`: drop at once what the hourly job drops step by step."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kpis.services.retention import drop_old_forecasts, drop_old_snapshots
from mltrack.accounts.services.tidy import tidy_requests
from projects.services.retention import drop_old_attempts, drop_old_cases, drop_old_deliveries


class Command(BaseCommand):
    """Removes everything that is past its time, in small transactions."""

    help = "Drop what is past its time (docs/operations.md, Retention). Safe while everything runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Drop, and say how many rows of each table went."""
        gone = {
            **tidy_requests(sys.maxsize),
            "projects_syncattempt": drop_old_attempts(sys.maxsize),
            "projects_caseblock": drop_old_cases(sys.maxsize),
            "projects_nudgedelivery": drop_old_deliveries(sys.maxsize),
            "kpis_readinesssnapshot": drop_old_snapshots(sys.maxsize),
            "kpis_forecast": drop_old_forecasts(sys.maxsize),
        }
        for table, rows in gone.items():
            self.stdout.write(f"{table}: {rows} rows")
