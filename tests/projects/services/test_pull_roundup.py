"""Whole pulls of a real Roundup into our tables: changed, moved, deleted, pulled again, and equal at the end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pytest_django import Settings

from projects.models import Connection, JudgeDue, SprintMove, SyncAttempt, Task, TaskTransition
from projects.services.connections import ask_sync, create_connection
from projects.services.pull import run
from projects.services.writing import write_page
from tests.factories import make_initiative, make_workspace
from tests.projects.connectors.test_roundup_server import churn
from tests.servers.roundup import OPTIONS, SECRET, RoundupServer, serve

pytestmark = pytest.mark.django_db(transaction=True)


def same(connection: Connection, server: RoundupServer) -> None:
    """Compare the tasks that are here with what the tracker itself lists."""
    truth = server.issues()
    rows = Task.objects.filter(connection=connection, deleted_at=None).select_related("sprint")
    found = {
        task.external_id: (
            task.title,
            task.external_status,
            task.external_type or None,
            task.sprint and task.sprint.name,
            None if task.estimate is None else float(task.estimate),
        )
        for task in rows
    }
    names = ("title", "status.name", "kind.name", "sprint.name", "points")
    assert found == {key: tuple(issue[name] for name in names) for key, issue in truth.items()}


SIZES = [(60, 3, (0, 20, 0, 20)), pytest.param(2_000, 30, (0, 120, 120, 0, 120), marks=pytest.mark.slow)]
"""Issues, sprints, and how much is done in the tracker before each pull."""


@pytest.mark.parametrize(("issues", "sprints", "deeds"), SIZES)
def test_a_tracker_is_mirrored_until_it_is_equal(
    tmp_path: Path, settings: Settings, issues: int, sprints: int, deeds: tuple[int, ...]
) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    owner = make_workspace()
    with serve(tmp_path / "tracker", issues=issues, sprints=sprints) as server:
        connection = create_connection(
            owner,
            kind="roundup",
            name="Roundup",
            base_url=server.url,
            secret=SECRET,
            options={**OPTIONS, "present_seconds": 0},
            initiative=make_initiative(owner),
        )
        chance = random.Random(60)
        for number in deeds:
            churn(server, chance, number)
            ask_sync(owner, connection)
            attempt = run(connection.pk, write_page)
            assert attempt is not None and attempt.state == SyncAttempt.State.DONE, attempt and attempt.error_text
            same(connection, server)
    assert Task.objects.exclude(deleted_at=None).exists() and JudgeDue.objects.get().reason == "tasks mirrored"
    keys = list(Task.objects.order_by("number").values_list("number", flat=True))
    assert keys == list(range(1, len(keys) + 1))
    assert TaskTransition.objects.count() > len(keys) and SprintMove.objects.exclude(from_sprint=None).exists()
