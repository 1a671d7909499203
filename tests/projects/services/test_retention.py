"""Which pulls stay in the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from projects.models import Connection, SyncAttempt
from projects.services.retention import drop_old_attempts
from tests.factories import make_connection, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return make_connection(make_workspace())


def attempt(connection: Connection, days: float | None, state: str = "done") -> int:
    ended = None if days is None else timezone.now() - timedelta(days=days)
    return SyncAttempt.objects.create(connection=connection, state=state, ended_at=ended).pk


@pytest.mark.parametrize(
    ("story", "kept"),
    [
        ([("done", 400)], [0]),
        ([("done", 400), ("failed", 300)], [1]),
        ([("done", 400), ("failed", 91), ("done", 89), ("done", 1)], [2, 3]),
        ([("running", None), ("done", 100), ("queued", None)], [0, 2]),
        ([("done", 10), ("done", 5)], [0, 1]),
    ],
)
def test_what_stays(connection: Connection, story: list[tuple[str, float | None]], kept: list[int]) -> None:
    ids = [attempt(connection, days, state) for state, days in story]
    assert drop_old_attempts() == len(story) - len(kept)
    left = set(SyncAttempt.objects.values_list("pk", flat=True))
    assert [position for position, pk in enumerate(ids) if pk in left] == kept


def test_another_connections_newest_does_not_count(connection: Connection) -> None:
    attempt(connection, 400)
    attempt(make_connection(make_workspace()), 1)
    assert drop_old_attempts() == 0


def test_the_days_are_a_setting(connection: Connection, settings: Settings) -> None:
    for days in (30, 20, 1):
        attempt(connection, days)
    settings.MLTRACK_KEEP_ATTEMPT_DAYS = 25
    assert drop_old_attempts() == 1
    settings.MLTRACK_KEEP_ATTEMPT_DAYS = 0
    assert drop_old_attempts() == 0
