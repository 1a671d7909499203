"""The mapping of a tracker's words: shown with how many tasks have each, looked at, then saved."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from mltrack.accounts.access import Principal
from projects.connectors.task_records import TaskPage, TaskRecord
from projects.models import Connection, Task
from projects.services.connections import create_connection
from projects.services.task_pages import record_task_page
from tests.factories import make_connection, make_initiative, make_member, make_workspace
from tests.projects.little_trackers import LittleGitHub

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def connection(owner: Principal) -> Connection:
    """A tracker of three tasks whose server is away."""
    made = create_connection(
        owner, kind="roundup", name="Roundup", base_url="http://127.0.0.1:9", initiative=make_initiative(owner)
    )
    words = [("Wartet", "Story"), ("Wartet", "Annotation"), ("Done", "")]
    tasks = [TaskRecord(str(number), "Work", status, NOON, NOON, kind) for number, (status, kind) in enumerate(words)]
    record_task_page(made, TaskPage(tasks=tasks))
    return made


def browser(principal: Principal) -> Client:
    """Return a client that is signed in."""
    client = Client()
    assert principal.user is not None
    client.force_login(principal.user)
    return client


def path(connection: Connection) -> str:
    return f"/w/{connection.workspace.key}/connections/{connection.public_id}/words/"


def statuses() -> list[str]:
    return list(Task.objects.order_by("number").values_list("status", flat=True))


def test_words_are_previewed_and_saved(owner: Principal, connection: Connection) -> None:
    client = browser(owner)
    page = client.get(path(connection))
    wording = page.context["wording"]
    assert [(row.word, row.count, row.chosen, row.guess) for row in wording.statuses] == [
        ("Wartet", 2, "", ""),
        ("Done", 1, "", "done"),
    ]
    assert [row.word for row in wording.types] == ["Annotation", "Story"]
    assert wording.unknown == 2 and page.context["trouble"]
    assert page.context["preview"] == [("To do", 2), ("Done", 1)]
    form = {"version": str(connection.version), "status-0": "doing", "status-1": "", "type-1": "training"}
    looked = client.post(path(connection), {**form, "preview": ""})
    assert looked.context["preview"] == [("Doing", 2), ("Done", 1)] and statuses() == ["todo", "todo", "done"]
    saved = client.post(path(connection), {**form, "save": ""})
    assert saved.status_code == 302
    connection.refresh_from_db()
    assert connection.options == {"statuses": {"Wartet": "doing"}, "types": {"Story": "training"}}
    assert statuses() == ["doing", "doing", "done"] and connection.cursor == {}
    assert Task.objects.get(external_type="Story").type == "training"
    again = client.post(path(connection), {**form, "save": ""})
    assert again.status_code == 422 and "Somebody else changed" in again.content.decode()


def test_a_word_that_is_none_of_ours_is_refused(owner: Principal, connection: Connection) -> None:
    form = {"version": str(connection.version), "status-0": "finished", "save": ""}
    assert browser(owner).post(path(connection), form).status_code == 422
    assert statuses() == ["todo", "todo", "done"]


def test_only_who_may_write_connections_maps_words(owner: Principal, connection: Connection) -> None:
    assert browser(make_member(owner.workspace)).get(path(connection)).status_code == 403
    assert browser(make_workspace(name="Elsewhere")).get(path(connection)).status_code == 404
    other = make_connection(owner)
    assert browser(owner).get(path(other)).status_code == 302


def test_a_tracker_is_connected_by_its_form(owner: Principal, settings: object) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    make_initiative(owner)
    little, client = LittleGitHub(), browser(owner)
    base = f"/w/{owner.workspace.key}/connections/"
    with little.serve() as server:
        form = {
            "kind": "github",
            "name": "Work",
            "base_url": server.url,
            "auth": "bearer",
            "secret": "token",
            "interval_seconds": "60",
            "type_labels": "kind/",
            "webhook_secret": "a webhook secret",
        }
        homeless = client.post(f"{base}new/", {**form, "try": ""})
        assert (homeless.status_code, list(homeless.context["form"].errors)) == (422, ["initiative"])
        form |= {"initiative": "CHURN"}
        looked = client.post(f"{base}new/", {**form, "try": ""})
        assert looked.context["form"].fields["chosen"].choices == [("octocat/Hello-World", "octocat/Hello-World")]
        chosen = {**form, "chosen": ["octocat/Hello-World"], "save": ""}
        elsewhere = client.post(f"{base}new/", {**chosen, "may_open_tasks": "on", "new_tasks_in": "octocat/Other"})
        assert (elsewhere.status_code, "new_tasks_in" in str(elsewhere.context["form"].errors)) == (422, True)
        client.post(f"{base}new/", chosen)
    made = Connection.objects.get()
    assert made.options == {"repositories": ["octocat/Hello-World"], "type_labels": "kind/"}
    assert made.sealed_webhook_secret and "a webhook secret" not in made.sealed_webhook_secret
    edit = {**form, "chosen": ["octocat/Hello-World"], "version": "1", "may_open_tasks": "on"}
    client.post(f"{base}{made.public_id}/edit/", edit)
    made.refresh_from_db()
    assert (made.options.get("may_open_tasks"), made.options.get("may_close_tasks")) == (True, None)
    shown = client.get(f"{base}{made.public_id}/edit/").content.decode()
    assert re.search(r'name="may_open_tasks"[^>]* checked', shown)
    assert not re.search(r'name="may_close_tasks"[^>]* checked', shown)
    client.post(f"{base}{made.public_id}/edit/", {**edit, "version": "2", "may_open_tasks": ""})
    made.refresh_from_db()
    assert "may_open_tasks" not in made.options
    page = client.get(f"{base}{made.public_id}/")
    assert (page.context["row"].has_tasks, page.context["row"].held) == (True, 0)
    assert "/nudges/" in page.content.decode() and "a webhook secret" not in page.content.decode()
