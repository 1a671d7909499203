"""Pulls of labels against a server that fails to order: nothing is lost or doubled, and the owner is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.db.models.functions import Now
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.base import ConnectorError
from projects.models import (
    Annotation,
    Connection,
    Initiative,
    JudgeDue,
    LabelingProject,
    LabelingSnapshot,
    LabelingTally,
    LabelTask,
    RejectedRecord,
    SelectionRule,
    SyncAttempt,
)
from projects.services import pull
from projects.services.connections import create_connection, delete_connection, edit_connection, list_choices, probe
from projects.services.stopping import resume
from projects.services.sweep import due_connections
from projects.services.writing import write_page
from tests.factories import make_initiative, make_workspace
from tests.projects.little_label_studio import FIRST, LittleLabelStudio, annotation, iso, label_task
from tests.servers.hostile import Answer, HostileServer, as_json, half_json, raw, reset

pytestmark = pytest.mark.django_db(transaction=True)
TASKS = 25


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> Iterator[None]:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    yield
    resume()


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


@pytest.fixture
def studio() -> LittleLabelStudio:
    tasks = [label_task(n, annotation(2 * n, 1, "spam"), annotation(2 * n + 1, 2, "ham")) for n in range(1, TASKS + 1)]
    return LittleLabelStudio({1: tasks})


@pytest.fixture
def server(studio: LittleLabelStudio) -> Iterator[HostileServer]:
    with studio.serve() as server:
        yield server


@pytest.fixture
def connection(owner: Principal, initiative: Initiative, server: HostileServer) -> Connection:
    return connect(owner, server, initiative=initiative)


def connect(owner: Principal, server: HostileServer, **fields: Any) -> Connection:
    given = {
        "name": "Labels",
        "options": {"page_size": 10, "project_ids": ["1"]},
        "secret": "a-token-of-forty",
        **fields,
    }
    return create_connection(owner, kind="label_studio", base_url=server.url, **given)


def sync(connection: Connection) -> SyncAttempt:
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    attempt = pull.run(connection.pk, write_page)
    assert attempt is not None
    connection.refresh_from_db()
    return attempt


def assert_whole(tasks: int = TASKS) -> None:
    """Everything is here once, and the sums are those of what is here."""
    assert LabelTask.objects.filter(deleted_at=None).count() == tasks
    assert Annotation.objects.count() == 2 * tasks
    assert LabelingTally.objects.filter(kind="pattern").aggregate(n=Sum("n"))["n"] == tasks


def test_the_first_pull_brings_everything_and_the_next_nothing(
    connection: Connection, initiative: Initiative, server: HostileServer
) -> None:
    attempt = sync(connection)
    assert (attempt.state, attempt.rows, attempt.rejected, attempt.error_text) == ("done", TASKS + 1, 0, "")
    assert_whole()
    assert LabelingProject.objects.get().initiative == initiative
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    assert {headers["authorization"] for _, _, headers, _ in server.seen} == {"Token a-token-of-forty"}
    assert sync(connection).rows == 0
    (event,) = AuditEvent.objects.filter(action="pull")
    assert event.after["rows"] == TASKS + 1


def test_the_digest_of_a_pull_does_not_tell_who_labeled(
    owner: Principal, server: HostileServer, studio: LittleLabelStudio
) -> None:
    digests = []
    for name, user in (("one", 1), ("two", 77)):
        studio.projects[1][0]["annotations"][0]["completed_by"] = user
        sync(connect(owner, server, name=name, initiative=make_initiative(owner, name.upper())))
        digests.append(AuditEvent.objects.filter(action="pull").latest("pk").after["sha256"])
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raw(500), "server_error"),
        (half_json, "not_json"),
        (reset, "connection_broken"),
        (raw(429, Retry_After="120"), "rate_limited"),
        (as_json({"tasks": [label_task(n) for n in range(1, 11)], "total": TASKS}), "repeating_page"),
    ],
)
def test_a_failure_is_told_and_the_next_pull_goes_on(
    connection: Connection, studio: LittleLabelStudio, answer: Answer, code: str
) -> None:
    studio.fail_tasks = dict.fromkeys(range(2, 6), answer)
    attempt = sync(connection)
    assert (attempt.state, attempt.error_code) == ("failed", code)
    assert connection.last_error_text == attempt.error_text != ""
    assert LabelTask.objects.count() == 10
    studio.fail_tasks = {}
    assert sync(connection).state == "done"
    assert_whole()


def test_a_server_that_is_down_is_told_and_loses_nothing(
    owner: Principal, initiative: Initiative, studio: LittleLabelStudio
) -> None:
    with studio.serve() as server:
        connection = connect(owner, server, initiative=initiative)
        sync(connection)
    attempt = sync(connection)
    assert (attempt.state, attempt.error_code) == ("failed", "connection_refused")
    assert_whole()


def test_a_revoked_token_pauses_after_three_and_is_not_asked_again(
    connection: Connection, studio: LittleLabelStudio
) -> None:
    sync(connection)
    asked = len(studio.asked)
    studio.before = [as_json({"detail": "Invalid token."}, 401)] * 3
    for failures in (1, 2, 3):
        attempt = sync(connection)
        assert (attempt.error_code, connection.failures, connection.paused) == ("unauthorized", failures, failures == 3)
    assert len(studio.asked) == asked + 3
    assert "Invalid token" in connection.last_error_text and "paused" in connection.last_error_text
    assert connection.pk not in due_connections()
    assert_whole()


def test_a_page_that_comes_twice_is_stored_once(connection: Connection, studio: LittleLabelStudio) -> None:
    sync(connection)
    cursor = connection.cursor
    for task in studio.projects[1][:20]:
        task["updated_at"] = iso(FIRST + timedelta(hours=3))
    assert sync(connection).rows == 20
    Connection.objects.update(cursor=cursor)
    assert sync(connection).rows == 0
    assert_whole()


def test_a_deleted_project_is_gone_and_the_owner_is_told(connection: Connection, studio: LittleLabelStudio) -> None:
    sync(connection)
    studio.projects = {}
    attempt = sync(connection)
    assert (attempt.state, attempt.error_code, attempt.rows) == ("failed", "no_project", 1)
    assert LabelingProject.objects.get().state == "gone"


def test_what_is_rejected_is_listed_until_it_is_whole(connection: Connection, studio: LittleLabelStudio) -> None:
    given = studio.projects[1][4]["annotations"]
    result = given[0]["result"]
    given[0]["result"] = None
    edited = edit_connection(make_workspace(), connection, {"options": {**connection.options, "control": "none"}})
    assert sync(edited).rejected > 0
    reasons = dict(RejectedRecord.objects.values_list("external_id", "reason"))
    assert reasons.keys() == {"1", "1/5"}
    assert reasons["1/5"] == "Its annotation 10 was left out: its result is null."
    assert "no control 'none'" in reasons["1"]
    given[0]["result"] = result
    edit_connection(make_workspace(), edited, {"options": connection.options})
    Connection.objects.update(cursor={})
    sync(edited)
    assert not RejectedRecord.objects.exists()
    assert_whole()


def test_labels_need_an_initiative(owner: Principal, initiative: Initiative, server: HostileServer) -> None:
    with pytest.raises(ValidationError, match="Choose the initiative"):
        connect(owner, server)
    made = connect(owner, server, initiative=initiative)
    assert not SelectionRule.objects.exists()
    with pytest.raises(ValidationError, match="Choose the initiative"):
        edit_connection(owner, made, {"initiative": None})
    Connection.objects.update(initiative=None)
    attempt = sync(made)
    assert (attempt.error_code, attempt.requests) == ("no_initiative", 0)


def test_projects_follow_their_connection_to_another_initiative(owner: Principal, connection: Connection) -> None:
    sync(connection)
    other = make_initiative(owner, "FRAUD")
    JudgeDue.objects.all().delete()
    edited = edit_connection(owner, connection, {"initiative": other})
    assert sync(edited).rows == 1
    assert LabelingProject.objects.get().initiative == LabelingSnapshot.objects.get().initiative == other
    assert JudgeDue.objects.count() == 2
    assert not SelectionRule.objects.exists()


def test_a_deleted_connection_takes_its_labels_along(
    owner: Principal, connection: Connection, initiative: Initiative, server: HostileServer
) -> None:
    other = connect(owner, server, name="Other", initiative=initiative)
    sync(connection)
    sync(other)
    JudgeDue.objects.all().delete()
    delete_connection(owner, connection)
    assert_whole()
    assert LabelingProject.objects.get().connection == other
    assert JudgeDue.objects.filter(initiative=initiative).exists()


def test_what_can_be_chosen(owner: Principal, initiative: Initiative, server: HostileServer) -> None:
    report, choices = probe("label_studio", server.url, "token", {})
    assert report.text == "Label Studio 1.23.2 answers: 1 project visible."
    assert [(each.id, each.name) for each in choices] == [("1", "Mails 1")]
    assert list_choices(connect(owner, server, initiative=initiative)) == choices


def test_a_refusal_is_in_words() -> None:
    with HostileServer(raw(401)) as server, pytest.raises(ConnectorError, match="The token was refused"):
        probe("label_studio", server.url, "wrong", {})
