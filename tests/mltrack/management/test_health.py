"""`/healthz` and `/readyz`."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client

from mltrack import health
from mltrack.heartbeats import PARTS
from mltrack.standstill import record


def beat_all() -> None:
    """Let every part give a sign of life."""
    for part in PARTS:
        record(part)


def age(part: str, seconds: float) -> None:
    """Let a part's last sign lie so many seconds back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_heartbeat SET beaten_at = now() - make_interval(secs => %s) WHERE part = %s",
            [seconds, part],
        )


def test_healthz_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_wants_every_part_alive(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "problems": ["beat"]})
    beat_all()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_readyz_names_the_part_that_stands_still(client: Client, part: str) -> None:
    beat_all()
    age(part, 61)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, [part])


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
