"""A connection that is deleted, or whose token is rotated, in mid-pull: the pull ends by itself."""

from __future__ import annotations

import pytest

from mltrack.accounts.access import system_principal
from projects.models import Connection, Run, SyncAttempt
from projects.services.connections import delete_connection, edit_connection
from tests.projects.faults.test_killed import gated
from tests.projects.faults.workers import assert_equals, sync, syncing, until
from tests.projects.little_mlflow import LittleMLflow
from tests.servers.hostile import HostileServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def test_deleted(connection: Connection, mlflow: LittleMLflow) -> None:
    gate = gated(mlflow, 4)
    with syncing(connection) as process:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 10)
        delete_connection(system_principal(connection.workspace), connection)
        gate.opened.set()
        output, _ = process.communicate(timeout=60)
    assert "Traceback" not in output
    assert "was deleted" in output
    assert (Run.objects.count(), SyncAttempt.objects.count(), Connection.objects.count()) == (0, 0, 0)


def test_a_rotated_token(connection: Connection, mlflow: LittleMLflow, server: HostileServer) -> None:
    principal = system_principal(connection.workspace)
    edit_connection(principal, connection, {"secret": "old-token"})
    gate = gated(mlflow, 4)
    with syncing(connection) as process:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 10)
        edit_connection(principal, connection, {"secret": "new-token"})
        gate.opened.set()
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, "was changed or taken over" in output) == (1, True), output
    sent = len(server.seen)
    code, output = sync(connection)
    assert code == 0, output
    assert {headers["authorization"] for _, _, headers, _ in server.seen[sent:]} == {"Bearer new-token"}
    assert {headers["authorization"] for _, _, headers, _ in server.seen[:sent]} == {"Bearer old-token"}
    assert_equals(connection, mlflow)
    connection.refresh_from_db()
    assert (connection.failures, connection.last_error_text, connection.lease_until) == (0, "", None)
