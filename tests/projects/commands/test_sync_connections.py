"""`manage.py sync_connections`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError
from pytest_django import Settings

from projects.models import Run, SyncAttempt
from projects.services.connections import create_connection
from projects.tasks import pull_connection
from tests.factories import make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import raw

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_waits_and_says_what_came(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.1"]
    little = LittleMLflow(runs=[mlflow_run(1), mlflow_run(2)])
    with little.serve() as server:
        made = create_connection(make_workspace(), kind="mlflow", name="m", base_url=server.url)
        output = StringIO()
        call_command("sync_connections", "--connection", made.public_id, "--wait", stdout=output)
        assert f"{made.public_id} done" in output.getvalue()
        assert "2 rows" in output.getvalue()
        assert Run.objects.count() == 2
        little.before = [raw(401)]
        with pytest.raises(CommandError, match="1 of 1 pulls failed"):
            call_command("sync_connections", "--wait", stdout=output)
        assert "credentials" in output.getvalue()


def test_without_wait_it_is_queued() -> None:
    create_connection(make_workspace(), kind="mlflow", name="m", base_url="http://127.0.0.1:9")
    output = StringIO()
    call_command("sync_connections", stdout=output)
    assert SyncAttempt.objects.get().state == "queued"
    assert "Asked for 1 pulls" in output.getvalue()


def test_without_a_broker_it_stays_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection_id: int) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(pull_connection, "delay", refuse)
    create_connection(make_workspace(), kind="mlflow", name="m", base_url="http://127.0.0.1:9")
    output = StringIO()
    call_command("sync_connections", stdout=output)
    assert SyncAttempt.objects.get().state == "queued"
    assert "the broker is away" in output.getvalue()


def test_an_unknown_connection_is_said() -> None:
    with pytest.raises(CommandError, match="no connection con_x"):
        call_command("sync_connections", "--connection", "con_x")
