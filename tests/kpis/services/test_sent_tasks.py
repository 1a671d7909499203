"""Tasks of checks in a tracker: opened once, mirrored as the same task, ended and opened again where permitted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from kpis.services.check_tasks import open_check_task
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.task_records import TaskPage, TaskRecord
from projects.models import Connection, Initiative, SentTask, Task
from projects.selectors.sent_tasks import HERE, Standing, chosen_tracker, standing_of
from projects.services.connections import create_connection, delete_connection, edit_connection
from projects.services.sweep import due_sent_tasks
from projects.services.task_delivery import deliver
from projects.services.task_pages import record_task_page
from projects.services.tasks import delete_task
from projects.tasks import deliver_task, sweep_sent_tasks
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, judged, report
from tests.projects.little_trackers import FIRST
from tests.projects.written_trackers import WrittenGitHub

CHECK = "model.accuracy"
NUMBER = "1347001"
"""The id of the issue that the little tracker opens."""


@pytest.fixture
def owner(db: None, settings: Settings) -> Principal:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_URL = "https://ml.example"
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    """An initiative whose accuracy is too low."""
    initiative = aimed(owner)
    report(initiative, "one", POOR)
    judged(initiative)
    return initiative


@pytest.fixture
def little() -> WrittenGitHub:
    return WrittenGitHub(opened_at=timezone.now())


@pytest.fixture
def tracker(owner: Principal, churn: Initiative, little: WrittenGitHub) -> Iterator[Connection]:
    """A connection that may open tasks and close them."""
    with little.serve() as server:
        yield connect(owner, churn, server.url)


def connect(owner: Principal, initiative: Initiative, url: str, name: str = "GitHub", **options: Any) -> Connection:
    """Connect a little tracker."""
    given = {**WrittenGitHub.options, "may_open_tasks": True, "may_close_tasks": True, **options}
    return create_connection(
        owner, kind="github", name=name, base_url=url, secret="token", options=given, initiative=initiative
    )


def permit(owner: Principal, tracker: Connection, **options: Any) -> None:
    """Change what a connection permits."""
    edit_connection(owner, tracker, {"options": {**tracker.options, **options}})


def later(task: Task) -> None:
    """Let what is to be told of a task be due."""
    SentTask.objects.filter(task=task).update(due_at=timezone.now() - timedelta(seconds=1))


def told(task: Task) -> SentTask:
    """Let whatever is due be told, and return the row of a task."""
    for each in due_sent_tasks():
        deliver(each)
    return SentTask.objects.select_related("task").get(task=task)


def pulled(tracker: Connection, little: WrittenGitHub) -> None:
    """Store what the tracker has, as a pull does."""
    tracker.refresh_from_db()
    rows = [
        TaskRecord(
            key,
            issue["title"],
            "open" if issue["state"] == "open" else "completed",
            FIRST,
            FIRST,
            body=issue["body"],
            url=issue["html_url"],
        )
        for key, issue in little.issues.items()
    ]
    record_task_page(tracker, TaskPage(tasks=rows, present_ids=list(little.issues)))


def state(task: Task) -> Standing:
    return standing_of(Task.objects.get(pk=task.pk))


def test_a_task_is_opened_there_and_mirrored_as_the_same_one(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, is_new = open_check_task(owner, churn, CHECK, tracker=tracker)
    assert is_new and not task.is_mirrored and state(task) == Standing("waiting", "Waiting for GitHub.")
    assert little.sent == []
    sent = told(task)
    assert (sent.told_open, sent.place, sent.task.external_id) == (True, "octocat/Hello-World#1348", NUMBER)
    body = little.body_of(NUMBER)
    assert "https://ml.example/w/" in body and "#check-modelaccuracy" in body and sent.marker in body
    assert task.key in body and CHECK in body and task.body.split("\n\n")[0] in body
    pulled(tracker, little)
    (only,) = Task.objects.all()
    assert (only.pk, only.is_mirrored, only.is_from_check, only.type) == (task.pk, True, True, "training")
    assert only.status == "todo" and state(task) == Standing("", "") and due_sent_tasks() == []
    again, is_new = open_check_task(owner, churn, CHECK, tracker=tracker)
    assert (again.pk, is_new, len(little.sent)) == (task.pk, False, 1)
    actions = list(AuditEvent.objects.filter(object_key=task.key).order_by("pk").values_list("action", flat=True))
    assert actions == ["create", "send", "mirror"]


@pytest.mark.parametrize("is_pulled", [True, False])
def test_a_try_whose_answer_was_lost_opens_no_second_issue(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub, *, is_pulled: bool
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    little.loses_answers = True
    sent = told(task)
    assert (sent.told_open, len(little.issues)) == (None, 1) and sent.due_at > timezone.now() + timedelta(seconds=30)
    assert state(task).state == "waiting" and "The last try failed" in state(task).words
    little.loses_answers = False
    if is_pulled:
        pulled(tracker, little)
        assert Task.objects.get().external_id == NUMBER
    later(task)
    sent = told(task)
    assert (sent.told_open, sent.task.external_id, Task.objects.count()) == (True, NUMBER, 1)
    assert len(little.issues) == len(little.sent) == 1


def test_a_worker_that_died_is_followed_by_one_that_looks_first(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("projects.services.task_delivery._opened", die)
        with pytest.raises(SystemExit):
            told(task)
    assert due_sent_tasks() == [] and len(little.issues) == 1
    SentTask.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert told(task).told_open and len(little.issues) == len(little.sent) == 1


def test_a_twin_that_a_pull_brought_without_a_marker_gives_way(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    bare = TaskRecord(NUMBER, "The same", "open", FIRST, FIRST)
    record_task_page(tracker, TaskPage(tasks=[bare]))
    assert Task.objects.count() == 2
    told(task)
    assert Task.objects.get().pk == task.pk


def test_the_check_ends_and_opens_its_issue(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    told(task)
    for metrics, is_open in ((GOOD, False), (GOOD, False), (POOR, True), (GOOD, False)):
        report(churn, "one", metrics)
        judged(churn)
        told(task)
        pulled(tracker, little)
        assert little.is_open(NUMBER) == is_open
        assert Task.objects.get().status == ("todo" if is_open else "done")
    assert [method for method, _, _ in little.sent] == ["POST", "PATCH", "PATCH", "PATCH"]


def test_where_it_may_not_close_the_task_says_so(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    told(task)
    permit(owner, tracker, may_close_tasks=False)
    report(churn, "one", GOOD)
    judged(churn)
    assert due_sent_tasks() == [] and little.is_open(NUMBER)
    assert state(task) == Standing("passes", "The check passes, and GitHub still has this open.")
    little.issues[NUMBER] |= {"state": "closed"}
    pulled(tracker, little)
    assert state(task).state == ""
    report(churn, "one", POOR)
    judged(churn)
    assert state(task) == Standing("fails", "The check does not pass, and GitHub has this closed.")
    with pytest.raises(ValidationError, match="open it again there"):
        open_check_task(owner, churn, CHECK, tracker=tracker)
    permit(owner, tracker, may_close_tasks=True)
    told(task)
    assert little.is_open(NUMBER)


def test_what_people_closed_there_stays_until_the_check_passes_in_between(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    told(task)
    little.issues[NUMBER] |= {"state": "closed"}
    pulled(tracker, little)
    judged(churn)
    assert due_sent_tasks() == []
    report(churn, "one", GOOD)
    judged(churn)
    told(task)
    report(churn, "one", POOR)
    judged(churn)
    told(task)
    assert little.is_open(NUMBER)


def test_a_refusal_stops_and_is_shown_until_somebody_asks_again(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    little.refuses = True
    told(task)
    later(task)
    assert due_sent_tasks() == []
    assert state(task).state == "refused" and "Issues has been disabled" in state(task).words
    open_check_task(owner, churn, CHECK, tracker=tracker)
    told(task)
    assert len(little.sent) == 2 and state(task).state == "refused"
    little.refuses = False
    permit(owner, tracker, page_size=50)
    assert told(task).told_open and len(little.issues) == 1


def test_what_is_not_wanted_any_more_is_not_opened(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    delete_task(owner, task)
    assert due_sent_tasks() == []
    open_check_task(owner, churn, CHECK, tracker=tracker)
    assert len(due_sent_tasks()) == 1
    report(churn, "one", GOOD)
    judged(churn)
    assert due_sent_tasks() == [] and Task.objects.get().status == "done"
    report(churn, "one", POOR)
    judged(churn)
    assert len(due_sent_tasks()) == 1
    little.loses_answers = True
    told(task)
    little.issues.clear()
    delete_task(owner, Task.objects.get())
    later(task)
    sent = told(task)
    assert (sent.tried_at, sent.told_open, len(little.sent), due_sent_tasks()) == (None, None, 1, [])
    open_check_task(owner, churn, CHECK)
    assert not SentTask.objects.exists() and Task.objects.get().is_open


@pytest.mark.parametrize("change", [{"paused": True}, {"options": {**WrittenGitHub.options}}])
def test_nothing_is_told_to_a_tracker_that_is_paused_or_may_not_be_written_to(
    owner: Principal, churn: Initiative, tracker: Connection, change: dict[str, Any]
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    edit_connection(owner, tracker, change)
    assert due_sent_tasks() == [] and state(task).state == "waiting"
    assert state(task).words != "Waiting for GitHub."


def test_what_is_gone_there_is_opened_anew(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    first = told(task).marker
    little.issues.clear()
    pulled(tracker, little)
    assert Task.objects.get().deleted_at is not None
    again, is_new = open_check_task(owner, churn, CHECK, tracker=tracker)
    assert (again.pk, is_new) == (task.pk, False)
    sent = told(task)
    assert sent.marker != first and sent.told_open and len(little.issues) == 1
    pulled(tracker, little)
    assert Task.objects.get().deleted_at is None


def test_one_worker_at_a_time_has_it(owner: Principal, churn: Initiative, tracker: Connection) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    number = SentTask.objects.get(task=task).pk
    SentTask.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert deliver(number) is False
    SentTask.objects.update(lease_until=None)
    assert deliver(number) is True and deliver(number) is False


def test_the_sweep_wakes_a_worker_and_the_job_tells(
    owner: Principal, churn: Initiative, tracker: Connection, little: WrittenGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    monkeypatch.setattr("projects.tasks.waiting", lambda *_: 0)
    monkeypatch.setattr(deliver_task, "delay", deliver_task)
    sweep_sent_tasks()
    assert len(little.issues) == 1 and Task.objects.get(pk=task.pk).is_mirrored


def test_the_tracker_is_the_only_one_or_the_one_that_is_named(
    owner: Principal, churn: Initiative, tracker: Connection
) -> None:
    assert chosen_tracker(churn, "") == chosen_tracker(churn, tracker.public_id) == tracker
    assert chosen_tracker(churn, HERE) is None
    connect(owner, make_initiative(owner, "OTHER"), tracker.base_url, "Of another")
    connect(owner, churn, tracker.base_url, "Silent", may_open_tasks=False)
    assert chosen_tracker(churn, "") == tracker
    connect(owner, churn, tracker.base_url, "Second")
    for asked in ("", Connection.objects.get(name="Of another").public_id, "con_none"):
        with pytest.raises(ValidationError) as refused:
            chosen_tracker(churn, asked)
        assert list(refused.value.message_dict) == ["tracker"]


def test_tasks_of_checks_stay_with_their_initiative_when_the_connection_goes(
    owner: Principal, churn: Initiative, tracker: Connection
) -> None:
    task, _ = open_check_task(owner, churn, CHECK, tracker=tracker)
    told(task)
    edit_connection(owner, tracker, {"initiative": make_initiative(owner, "OTHER")})
    assert Task.objects.get().initiative == churn
    pending, _ = open_check_task(owner, churn, "delivery.rollback", tracker=tracker)
    delete_connection(owner, tracker)
    assert list(Task.objects.all()) == [pending] and not SentTask.objects.exists()
