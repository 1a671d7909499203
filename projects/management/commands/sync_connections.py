"""`manage.py sync_connections [--connection ID] [--wait]`: pull now, from the shell."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from kombu.exceptions import OperationalError

from mltrack.accounts.access import system_principal
from projects.connectors.registry import task_of
from projects.models import Connection, SyncAttempt
from projects.services.connections import ask_sync
from projects.services.stopping import is_stopping, request_stop


class Command(BaseCommand):
    """Ask for a pull of one connection or of all that are not paused."""

    help = "Pull connections now. With --wait the pull runs here, and the exit code says whether all succeeded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--connection", default="", help="the id of one connection (con_…)")
        parser.add_argument("--wait", action="store_true", help="pull in this process and wait for the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue an attempt for each connection, then wake a worker or do the work."""
        connections = self._chosen(options["connection"])
        attempts = [(each, ask_sync(system_principal(each.workspace), each)) for each in connections]
        if not options["wait"]:
            self.stdout.write(f"Asked for {len(connections)} pulls; {self._woken(connections)}")
            return
        signal.signal(signal.SIGTERM, lambda *_: request_stop())
        failed = [each for each, attempt in attempts if not self._wait(each, attempt)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(attempts)} pulls failed.")

    def _woken(self, connections: list[Connection]) -> str:
        """Wake a worker for each and return who does the pulls: what was asked for stands in the database by now."""
        try:
            for each in connections:
                task_of(each.kind).delay(each.pk)
        except OperationalError:
            return "the broker is away, so they begin when it is back."
        return "a worker does them."

    def _chosen(self, public_id: str) -> list[Connection]:
        found = Connection.objects.select_related("workspace").order_by("id")
        if not public_id:
            return list(found.filter(paused=False))
        chosen = list(found.filter(public_id=public_id))
        if not chosen:
            raise CommandError(f"There is no connection {public_id}.")
        return chosen

    def _wait(self, connection: Connection, attempt: SyncAttempt) -> bool:
        """Pull until the attempt has ended, here or in another worker that holds the lease."""
        while attempt.state in (SyncAttempt.State.QUEUED, SyncAttempt.State.RUNNING) and not is_stopping():
            task_of(connection.kind)(connection.pk)
            try:
                attempt.refresh_from_db()
            except SyncAttempt.DoesNotExist:
                self.stdout.write(f"{connection.public_id} was deleted meanwhile.")
                return False
            if attempt.state in (SyncAttempt.State.QUEUED, SyncAttempt.State.RUNNING):
                time.sleep(0.5)
        counts = f"{attempt.requests} requests, {attempt.rows} rows, {attempt.rejected} rejected"
        words = f": {attempt.error_text}" if attempt.error_text else ""
        self.stdout.write(f"{connection.public_id} {attempt.state} ({counts}){words}")
        return attempt.state == SyncAttempt.State.DONE
