"""`manage.py backup` and `restore` as an operator runs them, into another, empty database."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.db import connection

from kpis.models import ReadinessSnapshot
from mltrack import __version__
from projects.services.connections import create_connection
from tests.databases import run_sql, url_of
from tests.factories import make_workspace
from tests.kpis.world import GOOD, aimed, judged, report

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def manage(*arguments: str, database: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with a database."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def one(database: str, query: str) -> object:
    """Return the single value of a query."""
    other = psycopg2.connect(database)
    try:
        with other.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        other.close()


def test_a_restored_installation_gives_the_same_verdict(tmp_path: Path, postgres_url: str) -> None:
    owner = make_workspace()
    initiative = aimed(owner)
    report(initiative, "good", GOOD)
    create_connection(owner, kind="mlflow", name="sealed", base_url="http://mlflow:5000", secret="hidden")
    kept = judged(initiative)
    here, file = url_of(str(connection.settings_dict["NAME"])), str(tmp_path / "b")

    taken = manage("backup", file, "--with-keys", database=here)
    assert taken.returncode == 0, taken.stderr
    assert "rows of" in taken.stdout
    assert os.environ["MLTRACK_ENCRYPTION_KEYS"] in Path(file + ".keys").read_text()

    again = manage("backup", str(tmp_path / "c"), "--with-keys", database=here)
    assert again.returncode == 0, again.stderr
    (tmp_path / "c").unlink()
    again = manage("backup", str(tmp_path / "c"), "--with-keys", database=here)
    assert (again.returncode, "c.keys exists already" in again.stderr, (tmp_path / "c").exists()) == (1, True, False)

    checked = manage("restore", file, "--check", database=postgres_url)
    assert (checked.returncode, "is whole" in checked.stdout) == (0, True)
    assert one(postgres_url, "SELECT count(*) FROM accounts_user") == 0

    restored = manage("restore", file, database=postgres_url)
    assert restored.returncode == 0, restored.stderr
    assert "Every stored secret opens." in restored.stdout
    said = [manage("check_readiness", "CHURN", database=each) for each in (here, postgres_url)]
    assert said[0].returncode == said[1].returncode
    assert len({MOMENT.sub("then", each.stdout) for each in said}) == 1
    assert "CHURN is unknown" in said[0].stdout
    digest = one(postgres_url, "SELECT digest FROM kpis_readinesssnapshot WHERE is_latest")
    assert digest == ReadinessSnapshot.objects.get(pk=kept.pk).digest

    again = manage("restore", file, database=postgres_url)
    assert again.returncode == 1
    assert "not empty" in again.stderr and "Traceback" not in again.stderr

    other_key = Fernet.generate_key().decode()
    closed = manage("restore", file, "--replace", database=postgres_url, MLTRACK_ENCRYPTION_KEYS=other_key)
    assert closed.returncode == 3
    assert "1 secrets do not open" in closed.stdout
    assert f"{owner.workspace.key}: sealed (con_" in closed.stdout


def test_half_a_file_is_refused_without_a_traceback(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "half").write_bytes(b"PK\x03\x04half")
    ended = manage("restore", str(tmp_path / "half"), database=postgres_url)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [
        f"CommandError: {tmp_path}/half is not a whole backup: it is cut off, or another kind of file."
    ]


def test_a_database_without_tables_has_nothing_to_back_up(tmp_path: Path) -> None:
    name = f"bare_{secrets.token_hex(4)}"
    run_sql(f"CREATE DATABASE {name}")
    try:
        ended = manage("backup", str(tmp_path / "b"), database=url_of(name))
    finally:
        run_sql(f"DROP DATABASE {name} WITH (FORCE)")
    assert ended.returncode == 1
    assert ended.stderr.strip() == "CommandError: This database has no tables: there is nothing to back up."
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_the_projects() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
