"""What must be true before the product serves: tables, static files, and a way in for the first person."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from mltrack import env
from mltrack.accounts.models import User
from mltrack.accounts.services.first_run import issue_code
from mltrack.migrating import Patience

SEED = "seed_demo"
DEMO_EMAIL = "demo@example.org"
DEMO_SIGN_IN = "demo_password"


def unapplied() -> int:
    """Return how many migrations wait. Raises OperationalError while the database is away."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(patience: Patience | None = None, output: IO[str] | None = None) -> int:
    """Apply what waits, beside whatever runs, and return how many there were. Raises CommandError for locked tables."""
    waiting = unapplied()
    if waiting:
        options = {"patience": patience} if patience else {}
        call_command("migrate", verbosity=0, skip_checks=True, interactive=False, stderr=output, **options)
    return waiting


def wait_for_tables(seconds: float, pause: float = 0.5) -> bool:
    """Wait until another process has applied every migration; say whether it has."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if not unapplied():
                return True
        except OperationalError:
            connection.close()
        time.sleep(pause)
    return False


def seed() -> bool:
    """Make the demo workspace where nobody exists yet; say whether it was made now."""
    if SEED not in get_commands() or User.objects.exists():
        return False
    call_command(SEED, verbosity=0, stdout=StringIO())
    return True


def sources() -> Iterator[str]:
    """Yield one line per static file, which changes when the file does."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"


def collect(*, always_compare: bool) -> bool:
    """Collect and compress the static files where they changed; say whether they had to be.

    An image brings them along: without `always_compare`, files that are there are taken as they are.
    """
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    there = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    if there and not always_compare:
        return False
    digest = hashlib.sha256("\n".join(sorted(sources())).encode()).hexdigest()
    if there and stamp.exists() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, skip_checks=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    return True


def way_in(*, demo: bool) -> list[str]:
    """Return the lines that tell a person how to sign in: the demo's sign-in, or a one-time code for the first."""
    password = env.home() / DEMO_SIGN_IN
    if demo and password.exists() and User.objects.filter(email=DEMO_EMAIL).exists():
        return [f"Sign in as {DEMO_EMAIL} with the password {password.read_text().strip()} (workspace demo)."]
    code = issue_code()
    if code is None:
        return []
    return [f"Nobody exists yet: open the page and use the one-time code {code} to become the first member."]
