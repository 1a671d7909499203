"""Sprints: planned, followed, rolled over; and many tasks edited at once, and taken back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from projects.models import Sprint, SprintMove, Task
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, edit_task
from tests.factories import make_connection
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

pytestmark = pytest.mark.django_db


def sprint(place: Place, name: str, start: int, days: int = 14, **fields: Any) -> Sprint:
    """Make a sprint that starts so many days from today."""
    first = timezone.localdate() + timedelta(days=start)
    return create_sprint(place.owner, name=name, starts_on=first, ends_on=first + timedelta(days=days - 1), **fields)


def keys(page: str, column: str) -> list[str]:
    part = page.split(f'data-column="{column}"', 1)[1].split("data-column=", 1)[0]
    return re.findall(r'data-task="([A-Z0-9-]+)"', part)


def test_the_backlog_beside_the_next_sprint(
    place: Place, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    url = home(place.owner, "sprints/")
    assert "No sprints yet" in text(get(place.viewer, url))
    sprint(place, "Past", -20)
    running, coming = sprint(place, "Running", -3), sprint(place, "Coming", 11, goal="Labels <b>in</b>")
    create_task(place.owner, place.initiative, title="a", estimate=2)
    create_task(place.owner, place.initiative, title="b", sprint=running)
    create_task(place.owner, place.initiative, title="c", sprint=coming, estimate=3)
    create_task(place.owner, place.initiative, title="d", sprint=coming, status="done", estimate=4)
    client = browser(place.contributor)
    client.get(url)
    with django_assert_max_num_queries(12):
        page = text(client.get(url))
    assert (keys(page, ""), keys(page, coming.public_id)) == (["CHURN-1"], ["CHURN-3"])
    assert "Over, still open" in page and "4 / 7" in page and "1 of 2" in page and "Labels &lt;b&gt;" in page
    page = text(client.get(f"{url}?sprint={running.public_id}"))
    assert keys(page, running.public_id) == ["CHURN-2"]
    assert keys(text(client.get(f"{url}?q=b")), "") == []
    page = text(get(place.viewer, url))
    assert "data-card=" not in page and "New sprint" not in page and 'id="bulk"' not in page


def test_a_sprint_is_made_changed_and_deleted(place: Place) -> None:
    url = home(place.owner, "sprints/new/")
    proposed = text(get(place.manager, url))
    first = date.fromisoformat(re.findall(r'name="starts_on" value="([\d-]+)"', proposed)[0])
    assert first.weekday() == 0 and first >= timezone.localdate()
    fields = {"name": "One", "starts_on": "2026-11-02", "ends_on": "2026-11-15", "goal": "Labels"}
    answer = post(place.manager, url, fields)
    made = Sprint.objects.get()
    assert answer["Location"] == home(place.owner, f"sprints/?sprint={made.public_id}")
    assert post(place.manager, url, fields | {"name": "Two", "ends_on": "2026-11-01"}).status_code == 422
    assert "already" in text(post(place.manager, url, fields))
    edit = home(place.owner, f"sprints/{made.public_id}/edit/")
    assert 'value="2026-11-15"' in text(get(place.manager, edit))
    assert post(place.manager, edit, fields | {"goal": "All labels", "version": "1"}).status_code == 302
    late = post(place.manager, edit, fields | {"goal": "Mine", "version": "1"})
    assert late.status_code == 412 and 'name="version" value="2"' in text(late)
    assert Sprint.objects.get().goal == "All labels"
    for path in (url, edit, home(place.owner, f"sprints/{made.public_id}/roll-over/")):
        assert get(place.contributor, path).status_code == 403
    assert post(place.manager, home(place.owner, f"sprints/{made.public_id}/delete/"), {}).status_code == 302
    assert not Sprint.objects.exists()


def test_the_page_of_a_sprint(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    before, now = sprint(place, "Before", -20), sprint(place, "Now", -3, goal="**Labels**")
    url = home(place.owner, f"sprints/{now.public_id}/")
    assert "No tasks in this sprint" in text(get(place.manager, url))
    create_task(place.owner, place.initiative, title="a", sprint=now, status="done", estimate=2)
    create_task(place.owner, place.initiative, title="b", sprint=before)
    SprintMove.objects.update(at=timezone.now() - timedelta(days=10))
    moved = {"into": now.public_id}
    assert post(place.manager, home(place.owner, f"sprints/{before.public_id}/roll-over/"), moved).status_code == 302
    create_task(place.owner, place.initiative, title="c", sprint=now)
    client = browser(place.contributor)
    client.get(url)
    with django_assert_max_num_queries(12):
        page = text(client.get(url))
    for words in (
        "<strong>Labels</strong>",
        "+2",
        "1 <small>/ 3</small>",
        'class="burnup-scope"',
        "CHURN-2",
        "CHURN-3",
    ):
        assert words in page, words
    assert '<span class="figure">11</span>' in page
    later = sprint(place, "Later", 30)
    assert "burnup-scope" not in text(get(place.viewer, home(place.owner, f"sprints/{later.public_id}/")))
    assert get(place.stranger, url).status_code == 404


def test_a_sprint_is_rolled_over_once(place: Place) -> None:
    first, second = sprint(place, "First", -14), sprint(place, "Second", 0)
    for title, status in (("a", "todo"), ("b", "doing"), ("c", "done")):
        create_task(place.owner, place.initiative, title=title, status=status, sprint=first)
    tracker = make_connection(place.owner, name="Jira")
    now = timezone.now()
    more = {"connection": tracker, "external_id": "J-1", "created_at": now, "rank": "zz"}
    Task.objects.create(initiative=place.initiative, number=9, title="m", sprint=first, **more)
    url = home(place.owner, f"sprints/{first.public_id}/roll-over/")
    preview = text(get(place.manager, url))
    assert (
        all(each in preview for each in ("CHURN-1", "CHURN-2", "so they stay", "CHURN-9")) and "CHURN-3" not in preview
    )
    assert post(place.manager, url, {"into": first.public_id}).status_code == 422
    client = browser(place.manager)
    page = text(client.post(url, {"into": second.public_id}, follow=True))
    assert "2 tasks went into Second." in page
    client.post(url, {"into": ""})
    assert set(Task.objects.filter(sprint=second).values_list("title", flat=True)) == {"a", "b"}
    assert "closed already" in text(client.get(url))


def chosen(place: Place, **fields: Any) -> dict[str, Any]:
    return {"task": ["CHURN-1", "CHURN-2"], "back": home(place.owner, "sprints/"), **fields}


def test_many_tasks_are_looked_at_then_changed_then_taken_back(place: Place) -> None:
    target = sprint(place, "Coming", 3)
    for title in "ab":
        create_task(place.owner, place.initiative, title=title, type="data", estimate=1)
    url, client = home(place.owner, "tasks/edit/"), browser(place.contributor)
    wanted = chosen(place, status="doing", sprint=target.public_id, type="-", priority="4")
    preview = client.post(url, wanted)
    assert "Change 2 tasks" in text(preview) and "<strong>Coming</strong>" in text(preview)
    assert set(Task.objects.values_list("version", flat=True)) == {1}
    assert "<html" not in text(client.post(url, wanted, headers={"HX-Request": "true"}))
    page = text(client.post(url, wanted | {"apply": "1"}, follow=True))
    assert "2 tasks are changed." in page
    assert set(Task.objects.values_list("status", "sprint", "type", "priority")) == {("doing", target.pk, "", 4)}
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    edit_task(place.owner, Task.objects.get(number=2), {"title": "Mine"})
    undo = home(place.owner, "tasks/undo/")
    assert "Only whoever made this change" in text(browser(place.owner).post(undo, {"token": token}, follow=True))
    page = text(client.post(undo, {"token": token, "back": "https://example.org/"}, follow=True))
    assert "1 task is as it was." in page and "left as it is: CHURN-2" in page
    one, two = Task.objects.order_by("number")
    assert (one.status, one.sprint, one.type, one.priority) == ("todo", None, "data", 0)
    assert (two.status, two.title) == ("doing", "Mine")
    assert "cannot be taken back any more" in text(client.post(undo, {"token": token + "x"}, follow=True))


def test_a_sprint_takes_the_chosen_at_once(place: Place) -> None:
    target = sprint(place, "Coming", 3)
    for title in "ab":
        create_task(place.owner, place.initiative, title=title)
    client = browser(place.contributor)
    client.post(home(place.owner, "tasks/edit/"), chosen(place, quick=target.public_id))
    assert Task.objects.filter(sprint=target).count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose what to change."),
        ({"status": "nowhere"}, "Select a valid choice"),
        ({"task": [], "status": "done"}, "Choose at least one task"),
        ({"task": ["OTHER-1"], "status": "done"}, "Choose at least one task"),
    ],
)
def test_what_cannot_be_changed_is_said(place: Place, fields: dict[str, Any], words: str) -> None:
    create_task(place.owner, place.initiative, title="a")
    answer = post(place.contributor, home(place.owner, "tasks/edit/"), chosen(place, apply="1", **fields) | fields)
    assert answer.status_code == 422 and words in text(answer)
    assert post(place.viewer, home(place.owner, "tasks/edit/"), chosen(place)).status_code == 403


def test_mirrored_tasks_are_left_out_and_named(place: Place) -> None:
    create_task(place.owner, place.initiative, title="a")
    mirrored = create_task(place.owner, place.initiative, title="b")
    Task.objects.filter(pk=mirrored.pk).update(connection=make_connection(place.owner), external_id="J-1")
    client: Client = browser(place.contributor)
    page = text(client.post(home(place.owner, "tasks/edit/"), chosen(place, status="done")))
    assert "Change 1 task" in page and "left as they are: CHURN-2" in re.sub(r"\s+", " ", page)
