"""The facts of a sprint's burn-up, in as many queries for many tasks as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from projects.models import SprintMove, Task
from projects.selectors.sprint_rows import sprint_facts, sprint_rows
from projects.services.sprints import create_sprint, roll_over
from projects.services.tasks import create_task, edit_task
from tests.factories import make_connection, make_initiative, make_workspace

pytestmark = pytest.mark.django_db


def test_moves_and_transitions_become_facts(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    initiative, today = make_initiative(owner), timezone.localdate()
    first, second = (
        create_sprint(owner, name=name, starts_on=today, ends_on=today + timedelta(days=days))
        for name, days in (("One", 1), ("Two", 2))
    )
    task = create_task(owner, initiative, title="a", sprint=first, estimate=2)
    done = create_task(owner, initiative, title="b", sprint=first, status="done")
    edit_task(owner, create_task(owner, initiative, title="c", sprint=first), {"sprint": None})
    roll_over(owner, first, second)
    more = {"connection": make_connection(owner), "external_id": "J-1", "created_at": timezone.now(), "rank": "z"}
    Task.objects.create(initiative=initiative, number=9, title="m", sprint=first, **more)
    with django_assert_num_queries(3):
        facts = {each.task.key: each for each in sprint_facts(first)}
    assert set(facts) == {"CHURN-1", "CHURN-2", "CHURN-3", "CHURN-9"}
    assert [(each.enters, each.rolled_over) for each in facts["CHURN-1"].moves] == [(True, False), (False, True)]
    assert (facts["CHURN-1"].task.estimate, facts["CHURN-2"].task.first_done) == (2.0, done.done_at)
    assert [each.enters for each in facts["CHURN-3"].moves] == [True, False]
    assert [each.enters for each in facts["CHURN-9"].moves] == [True]
    [carried] = sprint_facts(second)
    assert carried.is_carried_in and carried.task.key == task.key
    with django_assert_num_queries(1):
        rows = sprint_rows(owner.workspace, today)
    assert [(each.sprint.name, each.state, each.tasks, each.done) for each in rows] == [
        ("Two", "active", 1, 0),
        ("One", "closed", 2, 1),
    ]
    assert SprintMove.objects.count() == 5
