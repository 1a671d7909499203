"""What changed since the last word, read from the facts in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kpis.selectors.week import week_of
from kpis.services.updates import post_weekly_update
from projects.models import LabelingSnapshot, Task, Update
from projects.services.sprints import create_sprint, roll_over
from projects.services.tasks import create_task, edit_task
from tests.factories import make_initiative, make_workspace


@pytest.mark.django_db
def test_labels_and_tasks_since_the_last_word(django_assert_num_queries: Any) -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    now = timezone.now()
    done, open_ = (create_task(owner, initiative, title=title) for title in ("Label", "Train"))
    Task.objects.update(created_at=now - timedelta(days=9))
    for days, labeled in ((8, 100), (1, 350)):
        at = now - timedelta(days=days)
        LabelingSnapshot.objects.create(initiative=initiative, time=at, day=at.date(), total=500, labeled=labeled)
    word = post_weekly_update(owner, initiative, health="on_track", text="So far")
    Update.objects.filter(pk=word.pk).update(at=now - timedelta(days=7))
    sprint = create_sprint(owner, name="S1", starts_on=now.date(), ends_on=now.date() + timedelta(days=7))
    done = edit_task(owner, done, {"status": "done"})
    edit_task(owner, open_, {"sprint": sprint})
    roll_over(owner, sprint, None)
    create_task(owner, initiative, title="Ship")
    with django_assert_num_queries(5):
        week = week_of(initiative)
    assert [each.text for each in week.facts] == [
        "Labels: 250 more, 350 of 500 done",
        "Tasks: 1 done, 1 added, 1 rolled over; 2 open",
    ]
    assert week.since == now - timedelta(days=7)
