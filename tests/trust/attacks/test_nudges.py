"""The one address that takes posts from anybody: what it does, and all that it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mltrack.accounts.models import AuditEvent
from mltrack.accounts.throttling import NUDGES_PER_MINUTE
from projects.models import Connection
from projects.services import leases
from projects.services.nudges import SALT, nudge_path, nudge_token
from tests.factories import make_connection, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    """A connection that was pulled a minute ago and is due in an hour."""
    made = make_connection(make_workspace())
    return change(made, paused=False, last_ok=timezone.now() - timedelta(minutes=1), next_due=in_an_hour())


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def change(connection: Connection, **fields: Any) -> Connection:
    Connection.objects.filter(pk=connection.pk).update(**fields)
    connection.refresh_from_db()
    return connection


def post(address: str, **more: Any) -> int:
    return Client(enforce_csrf_checks=True).post(address, **more).status_code


def due_in(connection: Connection) -> float:
    """Return the seconds until the next pull."""
    connection.refresh_from_db()
    assert connection.next_due is not None
    return (connection.next_due - timezone.now()).total_seconds()


def test_a_nudge_makes_a_connection_due_and_changes_nothing_else(connection: Connection) -> None:
    before, told = dict(Connection.objects.values().get(pk=connection.pk)), AuditEvent.objects.count()
    body = {"action": "ANNOTATION_CREATED", "project": {"id": 7}}
    assert post(nudge_path(connection), data=body, content_type="application/json") == 204
    assert due_in(connection) <= 0
    after = dict(Connection.objects.values().get(pk=connection.pk))
    assert {name for name in before if before[name] != after[name]} == {"next_due"}
    assert AuditEvent.objects.count() == told


@pytest.mark.parametrize("body", [b"", b"{", b"x" * 3_000_000, "\ud800".encode("utf-16", "surrogatepass")])
def test_what_is_posted_is_not_read(connection: Connection, body: bytes) -> None:
    assert post(nudge_path(connection), data=body, content_type="application/json") == 204


def test_between_two_pulls_lie_ten_seconds(connection: Connection) -> None:
    change(connection, last_ok=timezone.now())
    for _ in range(2):
        assert post(nudge_path(connection)) == 204
        assert 8 <= due_in(connection) <= 10


@pytest.mark.parametrize("fields", [{"paused": True}, {"failures": 1}], ids=["paused", "failed last"])
def test_one_that_rests_is_left_in_peace(connection: Connection, fields: dict[str, Any]) -> None:
    change(connection, **fields)
    assert post(nudge_path(connection)) == 204
    assert due_in(connection) > 3_000


def test_one_that_is_due_already_stays_so(connection: Connection) -> None:
    change(connection, next_due=None)
    assert post(nudge_path(connection)) == 204
    assert Connection.objects.get().next_due is None


@pytest.mark.parametrize("nudged", [True, False])
def test_a_nudge_in_the_middle_of_a_pull_is_for_the_next(connection: Connection, nudged: bool) -> None:
    change(connection, next_due=timezone.now() - timedelta(minutes=1))
    lease = leases.take(connection.pk)
    assert lease is not None
    if nudged:
        assert post(nudge_path(connection)) == 204
    leases.finish(lease, rows=0, wait=3_600)
    assert 8 <= due_in(connection) <= (10 if nudged else 3_600)
    assert nudged or due_in(connection) > 3_500


def test_sixty_in_a_minute_are_enough(connection: Connection) -> None:
    address = nudge_path(connection)
    statuses = [post(address) for _ in range(2 * NUDGES_PER_MINUTE + 1)]
    assert set(statuses) == {204, 429}
    assert statuses.count(204) <= 2 * NUDGES_PER_MINUTE  # At most two clock minutes were touched.
    other = make_connection(make_workspace())
    assert post(nudge_path(other)) == 204


def test_an_address_that_was_not_signed_here_is_nothing_and_asks_no_table(
    connection: Connection, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = nudge_token(connection)
    foreign = signing.dumps([connection.workspace_id, connection.pk], salt="another")
    values: list[Any] = [[1], {}, "x", [1, "y"], [1, None]]
    odd = [signing.dumps(value, salt=SALT) for value in values]
    with django_assert_num_queries(0):
        for text in ("x", token[:-1], token + "x", token.swapcase(), foreign, *odd, "a" * 5_000):
            assert post(f"/nudges/{text}/") == 404, text
        settings.SECRET_KEY = "another key of the installation " * 2
        assert post(f"/nudges/{token}/") == 404
    assert due_in(connection) > 3_000


def test_only_a_post_nudges(connection: Connection) -> None:
    for method in ("get", "head", "put", "patch", "delete", "options"):
        assert getattr(Client(), method)(nudge_path(connection)).status_code == 405
    assert due_in(connection) > 3_000


def test_the_address_of_a_deleted_connection_nudges_nothing(connection: Connection) -> None:
    address = nudge_path(connection)
    other = change(make_connection(make_workspace()), paused=False, next_due=in_an_hour())
    connection.delete()
    assert post(address) == 204
    assert due_in(other) > 3_000
