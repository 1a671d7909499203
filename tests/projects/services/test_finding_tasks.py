"""A finding's task: one for a cause in an initiative, done with the finding, opened again when the cause comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative, Task, TaskTransition
from projects.progress.faults import Fault
from projects.selectors.delivery_facts import task_facts
from projects.services.finding_tasks import open_finding_task
from projects.services.findings import keep_findings
from projects.services.tasks import delete_task, edit_task
from tests.factories import EPOCH, make_initiative, make_workspace

WORDS = "refills of IL: nothing arrived on 2026-05-11, 40 expected (27 to 54)"
FAULT = Fault("silent:dts_1:refills:IL", "silent", "refills", "IL", "critical", WORDS, {"observed": 0})


class Story:
    """One initiative whose refills stop and come back, day by day."""

    def __init__(self) -> None:
        self.owner: Principal = make_workspace()
        self.initiative: Initiative = make_initiative(self.owner)
        self.day = 0

    def next(self, *, wrong: bool) -> Finding:
        """Let a day pass on which it is wrong, or is not; return the newest finding."""
        self.day += 1
        faults = [(FAULT, [self.initiative.pk])] if wrong else []
        keep_findings(self.initiative, faults, (), EPOCH + timedelta(days=self.day))
        return Finding.objects.latest("pk")

    def open(self) -> tuple[Task, bool]:
        return open_finding_task(self.owner, Finding.objects.latest("pk"))


@pytest.fixture
def story(db: None) -> Story:
    return Story()


def status(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_it_opens_once_and_ends_with_the_finding(story: Story) -> None:
    story.next(wrong=True)
    task, is_new = story.open()
    assert is_new and task.title == WORDS and task.type == "data" and "opened from a finding" in task.body
    assert story.open() == (task, False) and Task.objects.count() == 1
    story.next(wrong=True)
    assert status(task) == "todo"
    assert story.next(wrong=False).task == task and status(task) == "done"
    assert TaskTransition.objects.filter(task=task, to_status="done").get().actor is None
    with pytest.raises(ValidationError, match="closed"):
        story.open()


def test_it_comes_back_with_its_cause(story: Story) -> None:
    story.next(wrong=True)
    task, _ = story.open()
    for _ in range(2):
        story.next(wrong=False)
        again = story.next(wrong=True)
        assert again.task == task and status(task) == "todo"
    assert Task.objects.count() == 1
    edit_task(story.owner, task, {"status": "doing"})
    story.next(wrong=False)
    assert status(task) == "done"


@pytest.mark.parametrize("how", ["cancelled", "away"])
def test_what_a_person_ended_is_opened_by_a_person(story: Story, how: str) -> None:
    story.next(wrong=True)
    task, _ = story.open()
    if how == "cancelled":
        edit_task(story.owner, task, {"status": "cancelled"})
    else:
        delete_task(story.owner, task)
    story.next(wrong=False)
    assert story.next(wrong=True).task is None
    opened, is_new = story.open()
    assert (opened.pk, is_new, opened.status, opened.deleted_at) == (task.pk, False, "todo", None)


def test_its_task_is_no_work_that_a_forecast_counts(story: Story) -> None:
    story.next(wrong=True)
    story.open()
    assert task_facts(story.initiative) == ()
