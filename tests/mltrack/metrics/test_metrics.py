"""`/metrics`: who may read it, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from mltrack.accounts.services.tokens import create_token
from mltrack.metrics import jobs
from projects.models import Connection, JudgeDue, SyncAttempt
from tests.factories import make_connection, make_initiative, make_member, make_workspace
from tests.mltrack.management.test_health import age, beat_all

pytestmark = pytest.mark.django_db
FAR: Mapping[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}
Values = dict[tuple[str, ...], float]


def values(text: str) -> Values:
    """Return each sample by its name and the values of its labels."""
    return {
        (sample.name.removeprefix("mltrack_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(client: Client) -> Values:
    """Return what a program on this machine reads."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return values(answer.content.decode())


def bearer(role: str, scopes: list[str]) -> dict[str, Any]:
    """Return the header of a new token."""
    owner = make_workspace()
    member = owner if role == "admin" else make_member(owner.workspace, role)
    assert member.user is not None
    return {"HTTP_AUTHORIZATION": "Bearer " + create_token(owner, user=member.user, name="m", scopes=scopes)[1]}


def test_a_program_on_this_machine_needs_no_token(client: Client) -> None:
    for address in ("127.0.0.1", "127.9.9.9", "::1"):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200
    assert client.post("/metrics").status_code == 405


@pytest.mark.parametrize(
    "meta",
    [
        FAR,
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
def test_others_need_a_token(client: Client, meta: Mapping[str, Any]) -> None:
    answer = client.get("/metrics", **meta)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"mltrack_" not in answer.content


def test_behind_a_proxy_nobody_is_local(client: Client, settings: Settings) -> None:
    settings.MLTRACK_PROXIES = 1
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize(
    "role, scopes, status",
    [("admin", ["admin"], 200), ("admin", ["read"], 403), ("manager", ["admin"], 403), ("viewer", ["admin"], 403)],
)
def test_the_token_needs_scope_and_role(client: Client, role: str, scopes: list[str], status: int) -> None:
    assert client.get("/metrics", **FAR, **bearer(role, scopes)).status_code == status


def test_wrong_tokens_are_counted(client: Client) -> None:
    wrong: dict[str, Any] = {"HTTP_AUTHORIZATION": "Bearer mlt_a_b"}
    statuses = [client.get("/metrics", **FAR, **wrong).status_code for _ in range(62)]
    assert (statuses[0], statuses[-1]) == (401, 429)


def test_signs_of_life(client: Client) -> None:
    beat_all()
    age("queue:pulls", 300)
    found = ask(client)
    assert (found["standstill", "queue:pulls"], found["standstill", "beat"]) == (1, 0)
    assert round(found["heartbeat_age_seconds", "queue:pulls"], -1) == 300
    assert found[("database_up",)] == 1


def test_how_late_connections_and_judgements_are(client: Client) -> None:
    owner = make_workspace()
    late, fresh, failing = (make_connection(owner) for _ in range(3))
    now = timezone.now()
    Connection.objects.filter(pk=late.pk).update(paused=False, next_due=now - timedelta(seconds=500))
    Connection.objects.filter(pk=fresh.pk).update(paused=False, next_due=now + timedelta(seconds=500))
    Connection.objects.filter(pk=failing.pk).update(paused=False, failures=2, next_due=now - timedelta(seconds=50))
    initiative = make_initiative(owner)
    JudgeDue.objects.filter(initiative=initiative).update(not_before=now - timedelta(seconds=70))
    found = ask(client)
    assert found["connections", "mlflow", "ok"] == 2
    assert found["connections", "mlflow", "failing"] == 1
    assert found["connections_overdue", "mlflow"] == 2
    assert round(found["connection_lag_seconds", "mlflow"], -1) == 500
    assert round(found["queue_age_seconds", "pulls"], -1) == 500
    assert round(found["queue_age_seconds", "celery"], -1) == 70
    assert found[("judgements_due",)] == 1


def test_what_is_paused_or_being_pulled_is_not_late(client: Client) -> None:
    owner = make_workspace()
    long_ago = timezone.now() - timedelta(hours=2)
    make_connection(owner)
    pulled = make_connection(owner)
    soon = timezone.now() + timedelta(seconds=60)
    Connection.objects.update(next_due=long_ago)
    Connection.objects.filter(pk=pulled.pk).update(paused=False, lease_until=soon)
    found = ask(client)
    assert found["connections_overdue", "mlflow"] == 0
    assert found["connections", "mlflow", "paused"] == 1


def test_what_came_out_in_the_last_hour(client: Client) -> None:
    pulled = make_connection(make_workspace())
    now = timezone.now()
    for minutes, state, code in ((1, "done", ""), (2, "done", ""), (3, "failed", "timeout"), (90, "failed", "timeout")):
        ended = now - timedelta(minutes=minutes)
        SyncAttempt.objects.create(connection=pulled, state=state, error_code=code, ended_at=ended)
    found = ask(client)
    assert (found["pulls_last_hour", "done"], found["pulls_last_hour", "timeout"]) == (2, 1)


def test_times_of_requests_by_route_and_not_by_path(client: Client) -> None:
    before = ask(client).get(("request_seconds_count", "GET", "invitation", "4xx"), 0.0)
    names = ("route", "method", "status")
    client.get("/invitations/c4n4ry/")
    text = client.get("/metrics").content.decode()
    assert "c4n4ry" not in text
    (after,) = (
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "mltrack_request_seconds_count"
        and tuple(sample.labels[name] for name in names) == ("invitation", "GET", "4xx")
    )
    assert after >= before + 1


def test_no_tenant_is_named(client: Client) -> None:
    owner = make_workspace("c4n4ry", name="C4n4ry Inc")
    make_connection(owner, name="c4n4ry connection")
    make_initiative(owner, "C4N4RY")
    assert "c4n4ry" not in client.get("/metrics").content.decode().lower()


def test_without_its_tables_it_still_answers(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_heartbeat RENAME TO accounts_gone")
    found = ask(client)
    assert found[("database_up",)] == 0
    assert ("judgements_due",) not in found


def test_messages_that_wait_at_the_broker(client: Client, settings: Settings) -> None:
    found = values(jobs.exposition().decode())
    assert found["queue_messages", "celery"] >= 0
    assert found["queue_messages", "pulls"] >= 0
