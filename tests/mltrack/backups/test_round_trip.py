"""What is backed up comes back: every table, every counter, every secret, also while others write."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Workspace
from mltrack.accounts.services.audit import record_audit
from mltrack.backups.errors import BackupError
from mltrack.backups.manifest import Manifest
from mltrack.backups.restoring import look_into, restore_backup
from mltrack.backups.tables import existing, known_tables, left_out, targets_first
from projects.models import Connection, Run
from projects.models.secrets import unseal
from projects.services.secrets import closed_secrets
from tests.databases import url_of
from tests.factories import make_runs, make_workspace
from tests.mltrack.backups.worlds import SECRET, back_up, contents, counters, empty, fill

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def session() -> Iterator[psycopg2.extensions.connection]:
    """Another session of the test's database."""
    other = psycopg2.connect(url_of(str(connection.settings_dict["NAME"])))
    try:
        yield other
    finally:
        other.close()


def test_everything_comes_back_in_place_of_what_is_there(tmp_path: Path) -> None:
    fill()
    manifest = back_up(tmp_path / "b")
    before, stood = contents(), counters()
    assert [name for name, note in manifest.tables.items() if not note.rows] == []
    assert {name: note.rows for name, note in manifest.tables.items()} == {n: rows for n, (rows, _) in before.items()}
    make_runs(Connection.objects.get(name="sealed"), 3)
    Workspace.objects.filter(key="odd").update(name="changed")
    assert contents() != before
    assert restore_backup(tmp_path / "b", replace=True) == manifest
    assert contents() == before
    assert counters() == stood
    assert closed_secrets() == []
    assert unseal(Connection.objects.get(name="sealed").sealed_secret) == SECRET


def test_new_rows_get_new_numbers_after_a_restore(tmp_path: Path) -> None:
    fill()
    back_up(tmp_path / "b")
    highest = Run.objects.order_by("-id").values_list("id", flat=True)[0]
    empty()
    restore_backup(tmp_path / "b")
    (run,) = make_runs(Connection.objects.get(name="sealed"))
    assert run.pk > highest


def test_a_backup_of_a_restored_database_is_the_same(tmp_path: Path) -> None:
    fill()
    first = back_up(tmp_path / "first")
    empty()
    restore_backup(tmp_path / "first")
    assert back_up(tmp_path / "second") == first


def test_a_filled_database_is_not_overwritten(tmp_path: Path) -> None:
    make_workspace()
    back_up(tmp_path / "b")
    before = contents()
    with pytest.raises(BackupError, match=r"not empty \(accounts_\w+ has rows\): nothing was written"):
        restore_backup(tmp_path / "b")
    assert contents() == before


def test_sign_ins_and_counters_do_not_come_back(tmp_path: Path) -> None:
    manifest = back_up(tmp_path / "b")
    cache.set("failures", 5)
    restore_backup(tmp_path / "b", replace=True)
    assert cache.get("failures") is None
    assert not left_out() & set(manifest.tables)


def test_no_table_is_forgotten(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        there = {name for (name,) in cursor.fetchall()}
        assert set(existing(cursor, sorted(known_tables()))) == there
    assert set(back_up(tmp_path / "b").tables) == there - left_out()


def test_nobody_else_may_be_at_work_during_a_restore(tmp_path: Path) -> None:
    back_up(tmp_path / "b")
    with session(), pytest.raises(BackupError, match="1 other sessions use this database: end web, worker and beat"):
        restore_backup(tmp_path / "b", replace=True)
    restore_backup(tmp_path / "b", replace=True)


def test_a_backup_is_one_moment_while_others_write(tmp_path: Path) -> None:
    owner, begun, enough = make_workspace(), Event(), Event()

    def write() -> int:
        """Add a workspace and an audit event in each transaction: outside of one, both are equally many."""
        count = 0
        while not enough.is_set():
            with transaction.atomic():
                AuditEvent.objects.create(workspace=owner.workspace, action="pair", object_kind="x", object_key="x")
                Workspace.objects.create(key=f"pair-{count}", name="pair")
            count += 1
            begun.set()
        connections.close_all()
        return count

    manifests: list[Manifest] = []
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        assert begun.wait(30)
        try:
            manifests += [back_up(tmp_path / str(number)) for number in range(3)]
        finally:
            enough.set()
    first = manifests[0].tables
    assert first["accounts_workspace"].rows - 1 < written.result()
    for number, manifest in enumerate(manifests):
        restore_backup(tmp_path / str(number), replace=True)
        pairs = AuditEvent.objects.filter(action="pair").count()
        assert Workspace.objects.filter(name="pair").count() == pairs
        assert manifest.tables["accounts_workspace"].rows == pairs + 1


def test_a_failure_in_the_middle_leaves_everything_as_it_was(tmp_path: Path) -> None:
    owner = make_workspace()
    back_up(tmp_path / "b")
    record_audit(owner, "later", "x", "x")
    before, stood = contents(), counters()
    with connection.cursor() as cursor:
        cursor.execute("""ALTER TABLE accounts_workspace ADD CONSTRAINT planted CHECK (key = '') NOT VALID""")
    try:
        with pytest.raises(BackupError, match="refused the backup, and nothing was written"):
            restore_backup(tmp_path / "b", replace=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_workspace DROP CONSTRAINT planted")
    assert (contents(), counters()) == (before, stood)


def test_a_row_that_reads_differently_afterwards_undoes_the_restore(tmp_path: Path) -> None:
    owner = make_workspace()
    back_up(tmp_path / "b")
    record_audit(owner, "later", "x", "x")
    before = contents()
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.name = NEW.name || '!'; RETURN NEW; END $$;
            CREATE TRIGGER planted BEFORE INSERT ON accounts_workspace FOR EACH ROW EXECUTE FUNCTION planted()""")
    try:
        with pytest.raises(BackupError, match="accounts_workspace reads differently after the restore"):
            restore_backup(tmp_path / "b", replace=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER planted ON accounts_workspace; DROP FUNCTION planted()")
    assert contents() == before


def test_a_look_into_the_file_tells_what_it_holds(tmp_path: Path) -> None:
    owner: Principal = make_workspace()
    manifest = back_up(tmp_path / "b")
    assert look_into(tmp_path / "b") == manifest
    assert (manifest.version, manifest.at) == ("0.1.0", "2026-03-01T12:30:00+00:00")
    assert manifest.tables["accounts_workspace"].rows == 1
    assert Workspace.objects.get().pk == owner.workspace.pk


def test_tables_are_filled_after_what_their_unconstrained_keys_name() -> None:
    names = ["projects_metricvalue", "projects_runlink", "projects_run", "projects_initiative", "accounts_workspace"]
    order = targets_first(names)
    assert order.index("accounts_workspace") < order.index("projects_run")
    assert order.index("projects_run") < min(order.index("projects_metricvalue"), order.index("projects_runlink"))
