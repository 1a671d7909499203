"""A migration beside real requests: a table that is in use makes it wait its turn, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from pytest_django import Settings

from mltrack import migrating, preparation
from mltrack.migrating import Patience
from tests.browser.worlds import BACKEND
from tests.databases import url_of
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

GROWING = "tests.mltrack.management.growing"
QUICK = Patience(lock_seconds=0.2, tries=200, pause=0.3, longest_pause=0.3)
STUBBORN = Patience(lock_seconds=60)


@pytest.fixture
def growing(settings: Settings) -> Iterator[None]:
    """One more migration, which has not been applied."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, GROWING]
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_workspace DROP COLUMN IF EXISTS grown")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'growing'")


@contextmanager
def other_session() -> Iterator[psycopg2.extensions.connection]:
    """Another session of the test's database."""
    other = psycopg2.connect(url_of(str(connection.settings_dict["NAME"])))
    try:
        yield other
    finally:
        other.close()


@contextmanager
def long_reader() -> Iterator[psycopg2.extensions.connection]:
    """Somebody who has read the table and does not end the transaction."""
    with other_session() as reader:
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_workspace")
        yield reader


def has_grown() -> bool:
    """Say whether the migration has landed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.columns WHERE column_name = 'grown'")
        return bool(cursor.fetchone()[0])


def waits() -> bool:
    """Say whether a session waits for a table's lock now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
        return bool(cursor.fetchone()[0])


@contextmanager
def migrating_beside(patience: Patience) -> Iterator[tuple[Future[int], StringIO]]:
    """Migrate in another thread; give its outcome and what it says."""
    said = StringIO()

    def run() -> int:
        try:
            return preparation.migrate(patience, said)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run), said


def eventually(question: object, seconds: float = 60.0) -> None:
    """Wait until the question is answered with yes."""
    assert callable(question)
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def signed_in() -> tuple[Client, str]:
    """Return a member's browser and the path of a page."""
    owner = make_workspace()
    assert owner.user is not None
    client = Client()
    client.force_login(owner.user, backend=BACKEND)
    return client, f"/w/{owner.workspace.key}/settings/members/"


def test_requests_are_answered_while_a_migration_waits_for_its_turn(growing: None) -> None:
    client, path = signed_in()
    assert client.get(path).status_code == 200
    with long_reader() as reader, migrating_beside(QUICK) as (outcome, said):
        eventually(lambda: "Tables are in use; the next of 200 tries" in said.getvalue())
        assert [client.get(path).status_code for _ in range(12)] == [200] * 12
        assert not outcome.done()
        assert not has_grown()
        reader.commit()
        assert outcome.result(60) == 1
    assert has_grown()
    assert preparation.unapplied() == 0
    assert client.get(path).status_code == 200


def test_a_migration_that_queued_would_hold_up_everybody(growing: None) -> None:
    """Show that the test above can see it: a wait without a limit, and a request gets no answer."""
    client, path = signed_in()
    assert client.get(path).status_code == 200
    with long_reader() as reader, migrating_beside(STUBBORN) as (outcome, _):
        eventually(waits)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        assert client.get(path).status_code == 503
        reader.commit()
        assert outcome.result(60) == 1
    connection.close()


def test_it_gives_up_in_words_and_leaves_nothing_half_done(growing: None) -> None:
    words = r"in use at each of 3 tries; the oldest open transaction is \d+ s old \(server process \d+\): end it"
    with long_reader(), pytest.raises(CommandError, match=words):
        preparation.migrate(Patience(lock_seconds=0.05, tries=3, pause=0.01), StringIO())
    assert not has_grown()
    assert preparation.unapplied() == 1


def test_limits_are_as_before_afterwards(growing: None) -> None:
    def limits() -> list[str]:
        with connection.cursor() as cursor:
            names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
            cursor.execute(" UNION ALL ".join(f"SELECT current_setting('{name}')" for name in names))
            return [value for (value,) in cursor.fetchall()]

    before = limits()
    assert before == ["10s", "30s", "1min"]
    assert preparation.migrate(QUICK) == 1
    assert limits() == before


def test_one_process_migrates_at_a_time(growing: None) -> None:
    with other_session() as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [migrating.LOCK])
        with pytest.raises(CommandError, match="Another process has been migrating"):
            preparation.migrate(Patience(turn_seconds=0.3))
        assert not has_grown()
        with migrating_beside(QUICK) as (outcome, _):
            time.sleep(0.3)
            assert not outcome.done()
            other.rollback()
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
            assert outcome.result(60) == 1


def test_an_index_whose_building_broke_off_is_built_anew() -> None:
    make_workspace()
    make_workspace()
    with connection.cursor() as cursor:
        with pytest.raises(Exception, match="could not create unique index"):
            cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON accounts_workspace (is_sample)")
        assert migrating.drop_half_built(connection) == ["broken"]
        cursor.execute("CREATE INDEX CONCURRENTLY broken ON accounts_workspace (is_sample)")
        assert migrating.drop_half_built(connection) == []
        cursor.execute("DROP INDEX broken")


def test_any_other_fault_is_told_at_once(settings: Settings, growing: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_workspace ADD COLUMN grown text")
    with pytest.raises(Exception, match='column "grown" of relation "accounts_workspace" already exists'):
        preparation.migrate(QUICK)


def test_a_plan_takes_no_lock(growing: None) -> None:
    with other_session() as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [migrating.LOCK])
        out = StringIO()
        call_command("migrate", plan=True, stdout=out)
    assert "growing.0001_widen_workspaces" in out.getvalue()


@pytest.mark.parametrize(("failed", "pause"), [(1, 1.0), (2, 2.0), (4, 8.0), (5, 15.0), (19, 15.0)])
def test_pauses_double_up_to_a_limit(failed: int, pause: float) -> None:
    assert Patience().pause_after(failed) == pause
