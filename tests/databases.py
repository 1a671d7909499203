"""Databases for tests: all are copies of one template, so that migrations run once per run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from mltrack import env
from mltrack.embedded.locks import Lock

TEMPLATE = "mltrack_template"


def url_of(database: str) -> str:
    """Return the address of a database of this run's server."""
    return os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + database


def run_sql(*statements: str) -> None:
    """Run statements that stand outside transactions."""
    connection = psycopg2.connect(url_of("postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def ensure_template() -> str:
    """Return the name of a database with every migration, made by the first worker that asks."""
    lock, mark = Lock(env.home() / "template.lock"), env.home() / "template.done"
    lock.take(wait=True)
    try:
        if not mark.exists():
            run_sql(f"DROP DATABASE IF EXISTS {TEMPLATE}", f"CREATE DATABASE {TEMPLATE}")
            migrate(url_of(TEMPLATE))
            mark.touch()
    finally:
        lock.release()
    return TEMPLATE


def migrate(url: str) -> None:
    """Apply every migration to a database, in a process of its own."""
    manage = Path(__file__).parent.parent / "manage.py"
    subprocess.run(
        [sys.executable, str(manage), "migrate", "--verbosity=0", "--skip-checks"],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mltrack.settings"},
        check=True,
        timeout=300,
    )


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """Give a migrated, empty database for a while; the value is its address."""
    run_sql(f"CREATE DATABASE {name} TEMPLATE {ensure_template()}")
    try:
        yield url_of(name)
    finally:
        run_sql(f"DROP DATABASE {name} WITH (FORCE)")
