"""`/healthz` and `/readyz`."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from mltrack import health
from mltrack.tasks import heartbeat


def test_healthz_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_wants_scheduled_jobs(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "problems": ["jobs"]})
    heartbeat()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


@pytest.mark.django_db
def test_a_heartbeat_grows_old() -> None:
    assert health.heartbeat_age() is None
    cache.set(health.HEARTBEAT, time.time() - 91, 1000)
    assert not health.jobs_run()
    health.record_heartbeat()
    assert health.jobs_run()


@pytest.mark.django_db
def test_readyz_says_that_migrations_wait(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert client.get("/readyz").json() == {"ready": False, "problems": ["migrations"]}


@pytest.mark.django_db
def test_readyz_says_that_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "unapplied", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["database"])
