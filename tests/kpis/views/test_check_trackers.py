"""Where a check opens its task: asked on the readiness page, and shown at the task while it is on its way."""

from __future__ import annotations

from html import unescape

from projects.models import Connection, SentTask, Task
from projects.services.connections import create_connection
from tests.kpis.views.conftest import Place, browser
from tests.projects.written_trackers import WrittenGitHub

CHECK = "delivery.rollback"


def connect(place: Place, name: str) -> Connection:
    """Connect a tracker in which tasks may be opened; nothing is sent to it."""
    return create_connection(
        place.owner,
        kind="github",
        name=name,
        base_url="https://api.github.example",
        secret="token",
        options={**WrittenGitHub.options, "may_open_tasks": True},
        initiative=place.initiative,
    )


def page_of(place: Place, rest: str = "") -> str:
    return unescape(browser(place.owner).get(place.url(rest)).content.decode())


def test_the_page_asks_where_and_the_task_says_that_it_waits(place: Place) -> None:
    assert 'name="tracker"' not in page_of(place)
    tracker = connect(place, "Acme <b>GitHub</b>")
    page = page_of(place)
    assert f'<option value="{tracker.public_id}">Acme <b>GitHub</b></option><option value="here">Here</option>' in page
    assert "In which tracker?" not in page
    assert b"Acme <b>GitHub" not in browser(place.owner).get(place.url()).content
    answer = browser(place.contributor).post(place.url(f"checks/{CHECK}/task/"), {"tracker": ""})
    assert answer.status_code == 302
    task = Task.objects.get()
    assert SentTask.objects.get().connection == tracker
    assert "Waiting for Acme" in page_of(place) and "Waiting for Acme" in page_of(place, f"tasks/{task.key}/")
    SentTask.objects.update(refusal="Issues are <i>disabled</i>.")
    assert "did not do it: Issues are <i>disabled</i>." in page_of(place, f"tasks/{task.key}/")
    assert f'action="{place.url(f"checks/{CHECK}/task/")}"' in page_of(place)


def test_of_several_trackers_one_is_named(place: Place) -> None:
    first, second = connect(place, "First"), connect(place, "Second")
    assert '<option value="">In which tracker?</option>' in page_of(place)
    person, path = browser(place.contributor), place.url(f"checks/{CHECK}/task/")
    person.post(path, {"tracker": ""})
    assert not Task.objects.exists() and b"several trackers" in person.get(place.url()).content
    person.post(path, {"tracker": second.public_id})
    assert SentTask.objects.get().connection == second
    person.post(place.url("checks/delivery.tasks_done/task/"), {"tracker": "here"})
    assert SentTask.objects.count() == 1 and Task.objects.count() == 2
    assert first.name == "First"
