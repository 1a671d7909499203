"""`manage.py rotate_secrets`: seal every stored secret with the newest key, so that older ones may go."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kpis.services.hook_secrets import rotate_hook_secrets
from kpis.services.subscription_secrets import rotate_webhooks
from projects.services.secrets import rotate_secrets


class Command(BaseCommand):
    """Rotates while everything else goes on; run it again after an interruption."""

    help = "Seal every stored secret with the first of MLTRACK_ENCRYPTION_KEYS. Exit 1 where some do not open."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and say how many."""
        done = rotate_secrets() + rotate_webhooks() + rotate_hook_secrets()
        self.stdout.write(f"{done.resealed} secrets sealed with the newest key; {done.fresh} were already.")
        if not done.closed:
            self.stdout.write("No stored secret needs an older key any more.")
            return
        self.stdout.write(f"{len(done.closed)} do not open with any key and were left:")
        for name in done.closed:
            self.stdout.write(f"  {name}")
        sys.exit(1)
