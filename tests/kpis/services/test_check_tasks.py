"""Failing checks as tasks: opened once, closed when they pass, opened again when they fail again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from kpis.selectors.snapshots import readiness_document
from kpis.services.attestations import attest, revoke_attestation
from kpis.services.check_tasks import open_check_task
from kpis.services.snapshots import judge_initiative
from kpis.services.waivers import approve_waiver, request_waiver
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, JudgeDue, Task, TaskStatus
from projects.services.due import note_due
from projects.services.initiatives import edit_initiative
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, delete_task, edit_task
from tests.factories import make_member, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, check_of, in_days, judged, report

CHECK = "model.accuracy"


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    """An initiative whose accuracy is too low."""
    initiative = aimed(owner)
    report(initiative, "one", POOR)
    judged(initiative)
    return initiative


def told(task: Task) -> list[tuple[str, str, Any]]:
    """Return a task's transitions in order, with who did them."""
    return list(task.transitions.order_by("at", "pk").values_list("from_status", "to_status", "actor"))


def now(task: Task) -> str:
    return Task.objects.get(pk=task.pk).status


def test_a_failing_check_opens_one_task(owner: Principal, churn: Initiative) -> None:
    sprint = create_sprint(owner, name="One", starts_on=in_days(0).date(), ends_on=in_days(13).date())
    task, is_new = open_check_task(owner, churn, CHECK, estimate=2.5, sprint=sprint)
    assert is_new and task.is_from_check
    assert (task.title, task.type, task.check_id) == ("Accuracy reaches its target", "training", CHECK)
    assert (task.estimate, task.sprint) == (Decimal("2.50"), sprint)
    check = check_of(judged(churn).document, CHECK)
    assert "Set a target on accuracy and report accuracy with n." in task.body
    assert check["what_would_pass"] in task.body and check["reason"] in task.body and check["reason"]
    again, is_new = open_check_task(owner, churn, CHECK)
    assert (again.pk, is_new, Task.objects.count()) == (task.pk, False, 1)
    path = f"/w/{churn.workspace.key}/initiatives/CHURN/tasks/CHURN-1/"
    told = {"key": "CHURN-1", "status": "todo", "url": path}
    assert check_of(readiness_document(churn), CHECK)["task"] == told
    edit_task(owner, task, {"status": "done"})
    assert check_of(readiness_document(churn), CHECK)["task"] == {**told, "status": "done"}
    # An open task about a check stands in for the one that it would open.
    other = create_task(owner, churn, title="Ask", check_id="data.privacy")
    assert check_of(readiness_document(churn), "data.privacy")["task"]["key"] == other.key
    delete_task(owner, other)
    assert check_of(readiness_document(churn), "data.privacy")["task"] is None
    assert check_of(readiness_document(churn, timezone.now()), CHECK)["task"] is None


@pytest.mark.parametrize("ended", ["done", "cancelled", "away"])
def test_opening_once_more_opens_the_ended_one(owner: Principal, churn: Initiative, ended: str) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    if ended == "away":
        delete_task(owner, task)
    else:
        edit_task(owner, task, {"status": ended})
    again, is_new = open_check_task(owner, churn, CHECK, estimate=1)
    assert (again.pk, is_new, again.status, again.deleted_at) == (task.pk, False, "todo", None)
    assert again.estimate == 1 and Task.objects.count() == 1


def test_what_needs_no_task_gets_none(owner: Principal, churn: Initiative) -> None:
    edit_initiative(owner, churn, {"target_date": in_days(9).date()})
    judged(churn)
    for check in ("model.none", "delivery.target_date"):
        with pytest.raises(ValidationError) as error:
            open_check_task(owner, churn, check)
        assert list(error.value.message_dict) == ["check"]
    edit_initiative(owner, churn, {"criticality": "experiment"})
    churn.refresh_from_db()
    with pytest.raises(ValidationError, match="not asked"):
        open_check_task(owner, churn, "delivery.rollback")
    assert not Task.objects.exists()


def test_the_check_closes_and_reopens_its_task(owner: Principal, churn: Initiative) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    judged(churn)
    assert now(task) == "todo"
    report(churn, "one", GOOD)
    judged(churn)
    assert now(task) == "done"
    report(churn, "one", POOR)
    judged(churn)
    person = owner.user.pk if owner.user else None
    assert told(task) == [("", "todo", person), ("todo", "done", None), ("done", "todo", None)]
    event = AuditEvent.objects.filter(object_kind="task", action="edit").latest("pk")
    assert (event.actor_name, event.before, event.after) == ("MLTrack", {"status": "done"}, {"status": "todo"})


def test_twenty_judgements_leave_one_task_and_one_snapshot(owner: Principal, churn: Initiative) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    report(churn, "one", GOOD)
    before = ReadinessSnapshot.objects.count()
    for _number in range(20):
        note_due([churn.pk], "again")
        judge_initiative(churn.pk)
        assert not JudgeDue.objects.exists()
    assert Task.objects.count() == 1 and now(task) == "done"
    assert len(told(task)) == 2
    assert ReadinessSnapshot.objects.count() == before + 1


def test_what_a_person_ended_stays_until_the_check_passes_in_between(owner: Principal, churn: Initiative) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    edit_task(owner, task, {"status": "done"})
    judged(churn)
    assert now(task) == "done"
    report(churn, "one", GOOD)
    judged(churn)
    report(churn, "one", POOR)
    judged(churn)
    assert now(task) == "todo"
    for ended in ("cancelled", "away"):
        edit_task(owner, task, {"status": "cancelled"} if ended == "cancelled" else {"status": "done"})
        if ended == "away":
            delete_task(owner, task)
        for metrics in (GOOD, POOR):
            report(churn, "one", metrics)
            judged(churn)
        assert now(task) == {"cancelled": "cancelled", "away": "done"}[ended]


def test_a_waived_check_leaves_its_task_as_it_is(owner: Principal, churn: Initiative) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    approver = make_member(owner.workspace, is_approver=True)
    waiver = request_waiver(owner, churn, check=CHECK, reason="Pilot.", expires=in_days(9))
    approve_waiver(approver, waiver)
    assert check_of(judged(churn).document, CHECK)["result"] == "waived"
    assert now(task) == "todo"


def test_a_word_and_a_check_that_is_not_asked_close_it_too(owner: Principal, churn: Initiative) -> None:
    named, _ = open_check_task(owner, churn, "data.schema")
    word = attest(owner, churn, check="data.schema", link="https://example.org/")
    judged(churn)
    assert now(named) == "done"
    revoke_attestation(owner, word)
    judged(churn)
    assert now(named) == "todo"
    edit_initiative(owner, churn, {"criticality": "experiment"})
    judged(churn)
    assert now(named) == "done"


def test_its_task_stays_with_the_check(owner: Principal, churn: Initiative) -> None:
    task, _ = open_check_task(owner, churn, CHECK)
    with pytest.raises(ValidationError):
        edit_task(owner, task, {"check_id": ""})


def test_tasks_of_checks_do_not_hold_up_the_check_on_tasks(owner: Principal, churn: Initiative) -> None:
    open_check_task(owner, churn, CHECK)
    create_task(owner, churn, title="About tasks", check_id="delivery.tasks_done")
    cancelled = create_task(owner, churn, title="Not now")
    edit_task(owner, cancelled, {"status": TaskStatus.CANCELLED})
    away = create_task(owner, churn, title="Away")
    delete_task(owner, away)
    found = check_of(judged(churn).document, "delivery.tasks_done")
    assert (found["result"], found["reason"]) == ("missing", "no task says what there is to do")
    tasks = [create_task(owner, churn, title=f"Do {number}") for number in range(12)]
    found = check_of(judged(churn).document, "delivery.tasks_done")
    assert (found["result"], found["observed"], found["reason"]) == (
        "fail",
        "0 of 12 tasks done",
        "12 tasks are not done",
    )
    assert [each["label"] for each in found["evidence"]] == [f"{each.key} {each.title}" for each in tasks[:10]]
    assert found["evidence"][0]["url"] == f"/w/{owner.workspace.key}/initiatives/CHURN/tasks/{tasks[0].key}/"
    for each in tasks:
        edit_task(owner, each, {"status": "done"})
    assert check_of(judged(churn).document, "delivery.tasks_done")["result"] == "pass"


@pytest.mark.django_db(transaction=True)
def test_four_who_open_it_at_once_get_one_task() -> None:
    owner = make_workspace()
    churn = aimed(owner)
    report(churn, "one", POOR)
    judged(churn)

    def opened(number: int) -> tuple[int, bool]:
        try:
            if number % 2:
                judged(churn)
            task, is_new = open_check_task(owner, churn, CHECK)
            return task.pk, is_new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(opened, range(8)))
    assert len({pk for pk, _ in found}) == 1 and sum(is_new for _, is_new in found) == 1
    assert Task.objects.count() == 1
