"""The pull against a server that answers over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.records import Page
from projects.models import Breaker, Connection, MetricValue, RejectedRecord, Run, RunLink, SyncAttempt
from projects.services import leases, pull
from projects.services.breakers import COUNTED
from projects.services.connections import ask_sync, create_connection, delete_connection, edit_connection
from projects.services.pages import Stored, record_page
from projects.services.stopping import request_stop, resume
from projects.services.sweep import due_connections
from tests.factories import make_initiative, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import Answer, HostileServer, as_json, half_json, html, raw, reset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> Iterator[None]:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    yield
    resume()


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def mlflow() -> LittleMLflow:
    return LittleMLflow(runs=[mlflow_run(number) for number in range(25)])


@pytest.fixture
def server(mlflow: LittleMLflow) -> Iterator[HostileServer]:
    with mlflow.serve() as server:
        yield server


@pytest.fixture
def connection(owner: Principal, server: HostileServer) -> Connection:
    initiative = make_initiative(owner)
    options = {"page_size": 10}
    return create_connection(
        owner, kind="mlflow", name="mlflow", base_url=server.url, options=options, initiative=initiative
    )


def sync(connection: Connection) -> SyncAttempt:
    attempt = pull.run(connection.pk, record_page)
    assert attempt is not None
    connection.refresh_from_db()
    return attempt


def make_due(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())


def written() -> list[tuple[str, int]]:
    """Return how many rows of each table were written so far in this database, by anybody."""
    database.close()
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables ORDER BY relname")
        return list(cursor.fetchall())


def test_the_first_pull_brings_everything(connection: Connection) -> None:
    attempt = sync(connection)
    assert (attempt.state, attempt.rows, attempt.rejected, attempt.error_text) == ("done", 25, 0, "")
    assert attempt.requests >= 4
    assert attempt.ended_at is not None
    assert (Run.objects.count(), MetricValue.objects.count(), RunLink.objects.count()) == (25, 50, 25)
    assert connection.last_ok is not None
    assert (connection.lease_until, connection.attempts, connection.failures) == (None, 0, 0)
    assert connection.next_due is not None
    assert 50 <= (connection.next_due - timezone.now()).total_seconds() <= 67


def test_a_pull_that_is_not_due_does_nothing(connection: Connection) -> None:
    sync(connection)
    assert pull.run(connection.pk, record_page) is None
    assert pull.run(10**9, record_page) is None


def test_an_idle_pull_writes_the_connection_alone(connection: Connection) -> None:
    sync(connection)
    make_due(connection)
    before = written()
    assert sync(connection).rows == 0
    changed = [name for (name, count), (_, old) in zip(written(), before) if count != old]
    assert changed == ["projects_connection"]
    assert SyncAttempt.objects.count() == 1


def test_changes_arrive(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.runs[3] = mlflow_run(3, status="RUNNING", accuracy=0.1)
    sync(connection)
    mlflow.runs[3] = mlflow_run(3, accuracy=0.7)
    mlflow.runs.append(mlflow_run(99, accuracy="NaN"))
    make_due(connection)
    attempt = sync(connection)
    assert attempt.rows == 2
    assert Run.objects.get(external_id=f"{3:032x}").status == "finished"
    special = MetricValue.objects.get(run__external_id=f"{99:032x}")
    assert (special.value, special.special) == (None, "nan")


def test_a_rejected_run_is_listed_until_it_is_whole(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.runs[4]["info"]["status"] = "EXPLODED"
    attempt = sync(connection)
    assert (attempt.rows, attempt.rejected) == (24, 1)
    assert "status" in RejectedRecord.objects.get(connection=connection).reason
    mlflow.runs[4]["info"]["status"] = "FINISHED"
    Connection.objects.update(cursor={}, next_due=Now())
    sync(connection)
    assert not RejectedRecord.objects.exists()
    assert Run.objects.count() == 25


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800"])
def test_a_deleted_run_with_an_id_that_cannot_be_stored_stops_nothing(
    connection: Connection, mlflow: LittleMLflow, odd: str
) -> None:
    sync(connection)
    mlflow.runs[3]["info"]["run_id"] = odd
    for number in (3, 4):
        mlflow.runs[number]["info"]["lifecycle_stage"] = "deleted"
    cursor = {**connection.cursor, "deleted_at": 1}
    Connection.objects.update(cursor=cursor, next_due=Now())
    assert sync(connection).error_text == ""
    assert list(Run.objects.exclude(deleted_at=None).values_list("external_id", flat=True)) == [f"{4:032x}"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raw(500), "server_error"),
        (half_json, "not_json"),
        (html, "not_json"),
        (reset, "connection_broken"),
        (raw(429, Retry_After="120"), "rate_limited"),
    ],
)
def test_a_failure_is_told_and_the_next_pull_goes_on(
    connection: Connection, mlflow: LittleMLflow, answer: Answer, code: str
) -> None:
    mlflow.fail_search = dict.fromkeys(range(2, 6), answer)
    attempt = sync(connection)
    assert (attempt.state, attempt.error_code) == ("failed", code)
    assert attempt.error_text
    assert connection.last_error_text == attempt.error_text
    assert Breaker.objects.exists() == (code in COUNTED)
    assert (connection.failures, connection.attempts, connection.lease_until) == (1, 0, None)
    assert 0 < Run.objects.count() < 25
    mlflow.fail_search = {}
    make_due(connection)
    assert sync(connection).state == "done"
    assert Run.objects.count() == 25
    assert (connection.failures, connection.last_error_text) == (0, "")


def test_what_the_database_refuses_is_told_too(connection: Connection) -> None:
    def write(connection: Connection, page: Page) -> Stored:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return Stored(0, 0, False)

    attempt = pull.run(connection.pk, write)
    connection.refresh_from_db()
    assert attempt is not None
    assert (attempt.state, attempt.error_code) == ("failed", "unexpected")
    assert "DataError" in connection.last_error_text
    assert (connection.lease_until, connection.cursor) == (None, {})


def test_retry_after_is_obeyed(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.before = [raw(429, Retry_After="300")] * 3
    sync(connection)
    assert connection.next_due is not None
    assert (connection.next_due - timezone.now()).total_seconds() > 290


def test_refused_credentials_pause_after_three(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.before = [raw(401)] * 3
    for failures in (1, 2, 3):
        make_due(connection)
        sync(connection)
        assert (connection.failures, connection.paused) == (failures, failures == 3)
    assert "paused" in connection.last_error_text
    assert connection.pk not in due_connections()
    assert AuditEvent.objects.filter(action="pause", object_key=connection.public_id).count() == 1
    ask_sync(make_workspace(), connection)
    assert sync(connection).state == "done"
    assert not connection.paused


def test_the_fifth_failure_opens_the_breaker(owner: Principal, connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.before = [reset] * 100
    for _ in range(5):
        make_due(connection)
        sync(connection)
    breaker = Breaker.objects.get()
    assert breaker.open_until is not None
    make_due(connection)
    assert due_connections() == []
    ask_sync(owner, connection)
    assert due_connections() == [connection.pk]
    mlflow.before = []
    assert sync(connection).state == "done"
    assert not Breaker.objects.exists()


def test_an_attempt_that_was_asked_for_is_kept(owner: Principal, connection: Connection) -> None:
    sync(connection)
    asked = ask_sync(owner, connection)
    assert ask_sync(owner, connection) == asked
    assert sync(connection) == asked
    asked.refresh_from_db()
    assert (asked.state, asked.rows, asked.asked_by) == ("done", 0, str(owner.user))


def test_two_workers_never_pull_together(connection: Connection) -> None:
    with transaction.atomic():
        assert leases.take(connection.pk) is not None
    assert pull.run(connection.pk, record_page) is None
    assert not Run.objects.exists()


def test_a_lost_worker_is_told_and_followed(connection: Connection) -> None:
    SyncAttempt.objects.create(connection=connection, state="running", lease_token=1, pages=3)
    past = timezone.now() - timedelta(seconds=1)
    Connection.objects.update(lease_token=1, lease_until=past, attempts=1)
    assert due_connections() == [connection.pk]
    lost = SyncAttempt.objects.get()
    assert (lost.state, lost.error_code) == ("failed", "worker_lost")
    assert "page 3" in lost.error_text
    assert sync(connection).state == "done"


def test_a_lost_worker_is_told_once(connection: Connection) -> None:
    SyncAttempt.objects.create(connection=connection, state="running", lease_token=1, pages=3)
    past = timezone.now() - timedelta(seconds=1)
    Connection.objects.update(lease_token=1, lease_until=past, attempts=1)
    due_connections()
    sync(connection)
    assert [each.state for each in SyncAttempt.objects.order_by("id")] == ["failed", "done"]


def test_a_worker_lost_before_its_first_page_is_told(connection: Connection) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Connection.objects.update(lease_token=1, lease_until=past, attempts=1)
    sync(connection)
    assert [each.state for each in SyncAttempt.objects.order_by("id")] == ["failed", "done"]


def test_what_kills_five_workers_is_quarantined(owner: Principal, connection: Connection) -> None:
    for _ in range(5):
        with transaction.atomic():
            assert leases.take(connection.pk) is not None
        Connection.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    attempt = sync(connection)
    assert (attempt.state, attempt.error_code) == ("failed", "quarantined")
    assert connection.paused
    assert not Run.objects.exists()
    ask_sync(owner, connection)
    assert sync(connection).state == "done"


def interrupted_by(deed: Any) -> pull.Write:
    """Return a `write` that stores the first page and then lets something happen."""
    pages: list[Page] = []

    def write(connection: Connection, page: Page) -> Stored:
        stored = record_page(connection, page)
        pages.append(page)
        if len(pages) == 1:
            transaction.on_commit(deed)
        return stored

    return write


def test_a_deleted_connection_ends_its_pull(owner: Principal, connection: Connection) -> None:
    attempt = pull.run(connection.pk, interrupted_by(lambda: delete_connection(owner, connection)))
    assert attempt is not None
    assert attempt.error_code == "fenced"
    assert (Run.objects.count(), SyncAttempt.objects.count(), Connection.objects.count()) == (0, 0, 0)


def test_a_changed_secret_ends_the_pull_and_the_next_goes_on(owner: Principal, connection: Connection) -> None:
    deed = interrupted_by(lambda: edit_connection(owner, connection, {"secret": "new"}))
    attempt = pull.run(connection.pk, deed)
    assert attempt is not None
    assert (attempt.state, attempt.error_code) == ("failed", "fenced")
    assert Run.objects.count() == 10
    assert sync(connection).state == "done"
    assert Run.objects.count() == 25


def test_a_worker_that_slept_past_its_lease_is_refused(connection: Connection) -> None:
    def oversleep() -> None:
        Connection.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    attempt = pull.run(connection.pk, interrupted_by(oversleep))
    assert attempt is not None
    assert attempt.error_code == "fenced"
    assert Run.objects.count() == 10
    assert sync(connection).state == "done"
    assert Run.objects.count() == 25


def test_a_stop_ends_at_the_page_and_the_next_goes_on(connection: Connection) -> None:
    attempt = pull.run(connection.pk, interrupted_by(request_stop))
    assert attempt is not None
    assert (attempt.state, attempt.error_code) == ("failed", "stopped")
    assert Run.objects.count() == 10
    resume()
    assert due_connections() == [connection.pk]
    assert sync(connection).state == "done"
    assert Run.objects.count() == 25


def test_a_bug_in_storing_is_a_failed_attempt_with_nothing_half(connection: Connection) -> None:
    def write(connection: Connection, page: Page) -> Stored:
        record_page(connection, page)
        raise RuntimeError("a bug")

    attempt = pull.run(connection.pk, write)
    assert attempt is not None
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == ("failed", "unexpected")
    assert "RuntimeError" in attempt.error_text
    connection.refresh_from_db()
    assert (Run.objects.count(), connection.cursor) == (0, {})


def test_a_secret_that_does_not_open_is_told(connection: Connection) -> None:
    Connection.objects.update(sealed_secret="gAAAAA-broken")
    attempt = sync(connection)
    assert attempt.error_code == "secret_unreadable"
    assert "MLTRACK_ENCRYPTION_KEYS" in attempt.error_text


def test_a_refused_network_names_the_setting(connection: Connection, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = []
    attempt = sync(connection)
    assert attempt.error_code == "address_refused"
    assert "MLTRACK_ALLOWED_NETWORKS" in attempt.error_text


def test_aliases_arrive(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.models = [{"name": "churn", "aliases": [{"alias": "champion", "version": "1"}]}]
    mlflow.versions = [{"name": "churn", "version": "1", "run_id": f"{3:032x}", "status": "READY"}]
    sync(connection)
    version = connection.model_versions.get()
    assert (version.aliases, version.run and version.run.external_id) == (["champion"], f"{3:032x}")


def test_another_answer_than_mlflows_is_told(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.before = [as_json(["what"])]
    assert sync(connection).state == "failed"
