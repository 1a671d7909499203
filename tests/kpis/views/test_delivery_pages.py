"""The delivery tab and the page of a task: one line adds, a field is edited where it stands, nobody is overwritten."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.forms.one_field import digest_of
from kpis.forms.tasks import FIELDS, task_text
from kpis.selectors.task_page import task_history
from projects.access import task_of
from projects.models import Task, TaskTransition
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, delete_task, edit_task
from tests.factories import make_connection, make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def fresh(place: Place, number: int = 1) -> Task:
    return task_of(place.initiative, f"{place.initiative.key}-{number}")


def edit(place: Place, task: Task, field: str, value: str, **more: Any) -> Any:
    """Edit a field as the page of this moment would."""
    given = {"version": task.version, "was": digest_of(task_text(task, field)), "value": value, **more}
    return post(place.contributor, place.url(f"tasks/{task.key}/edit/{field}/"), given, **HTMX)


def mirrored(place: Place, title: str = "Elsewhere", **fields: Any) -> Task:
    tracker = make_connection(place.owner, name="Jira")
    return Task.objects.create(
        initiative=place.initiative,
        number=90,
        title=title,
        rank="V",
        connection=tracker,
        external_id="J-1",
        created_at=timezone.now(),
        **fields,
    )


def test_one_line_adds_and_stays(place: Place) -> None:
    url = place.url("delivery/")
    assert "No tasks yet" in text(get(place.viewer, url))
    assert "data-quick-add" not in text(get(place.viewer, url))
    answer = post(place.contributor, url, {"title": " Look at the data "}, **HTMX)
    assert answer.status_code == 200
    assert 'id="tasks"' in text(answer) and "CHURN-1" in text(answer) and "<html" not in text(answer)
    assert post(place.contributor, f"{url}?by=sprint", {"title": "Train"})["Location"] == f"{url}?by=sprint"
    refused = post(place.contributor, url, {"title": " "}, **HTMX)
    assert refused.status_code == 422 and 'aria-invalid="true"' in text(refused)
    assert post(place.viewer, url, {"title": "No"}).status_code == 403
    assert [each.title for each in Task.objects.order_by("number")] == ["Look at the data", "Train"]


def test_groups_filters_and_counts(place: Place) -> None:
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    first = create_task(place.owner, place.initiative, title="Read files", type="data", sprint=sprint, estimate=2)
    fields: dict[str, Any] = {"blocked_by": [first], "due_on": date(2020, 1, 1), "assignee": place.owner.user}
    create_task(place.owner, place.initiative, title="Train a model", type="training", **fields)
    create_task(place.owner, place.initiative, title="Ship", status="done")
    delete_task(place.owner, create_task(place.owner, place.initiative, title="Gone"))
    mirrored(place)

    def titles(query: str) -> list[str]:
        page = text(get(place.owner, place.url(f"delivery/?{query}")))
        return [title for title in ("Read files", "Train a model", "Ship", "Elsewhere", "Gone") if f">{title}<" in page]

    assert titles("") == ["Read files", "Train a model", "Ship", "Elsewhere"]
    assert titles("q=type:data") == ["Read files"]
    assert titles("q=-status:done,todo") == []
    assert titles("q=is:blocked") == ["Train a model"]
    assert titles("q=is:overdue assignee:@me") == ["Train a model"]
    assert titles("q=is:mirrored") == ["Elsewhere"]
    assert titles("q=is:estimated sprint:one") == ["Read files"]
    assert titles("q=sprint:none assignee:none type:none") == ["Ship", "Elsewhere"]
    assert titles("q=CHURN-2") == ["Train a model"]
    assert titles("q=priority:none&by=sprint") == ["Read files", "Train a model", "Ship", "Elsewhere"]
    page = text(get(place.viewer, place.url("delivery/?q=mood:good")))
    assert "is no filter word" in page and "Read files" in page
    assert 'Delivery <span class="count">3</span>' in page
    assert "from Jira, read-only here" in page


def test_the_tab_asks_as_much_for_many(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(30):
        create_task(place.owner, place.initiative, title=f"Task {number}", assignee=place.owner.user)
    client = browser(place.contributor)
    client.get(place.url("delivery/"))
    with django_assert_max_num_queries(12):
        page = text(client.get(place.url("delivery/")))
    assert page.count("data-row") == 30


def take_back(place: Place, answer: Any) -> str:
    """Take an edit back by the text that its answer holds; return the field as it is read then."""
    token = re.findall(r'data-undo="([^"]+)"', text(answer))[0]
    undone = post(place.contributor, home(place.owner, "tasks/undo/"), {"token": token}, Accept="application/json")
    cell: str = undone.json()["cell"]  # type: ignore[attr-defined]
    return cell


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("title", "Look closer", "Look closer"),
        ("body", "Two **files**.\r\nMore", "Two **files**.\nMore"),
        ("status", "doing", "doing"),
        ("type", "data", "data"),
        ("priority", "4", "4"),
        ("estimate", "1,5", "1.5"),
        ("due_on", "2027-01-31", "2027-01-31"),
        ("check_id", "data.schema", "data.schema"),
        ("blocked_by", "churn-2", "CHURN-2"),
    ],
)
def test_a_field_is_edited_where_it_stands(place: Place, field: str, value: str, kept: str) -> None:
    task = create_task(place.owner, place.initiative, title="Look")
    create_task(place.owner, place.initiative, title="Another")
    form = text(get(place.contributor, place.url(f"tasks/{task.key}/edit/{field}/"), **HTMX))
    assert 'data-inline-edit="open"' in form
    was = task_text(task, field)
    answer = edit(place, task, field, value)
    assert answer.status_code == 200
    assert task_text(fresh(place), field) == kept
    assert f"edit/{field}/" in take_back(place, answer)
    assert task_text(fresh(place), field) == was
    if field not in ("body", "blocked_by"):
        wrong = "x" * 300 if field in ("title", "check_id") else "nonsense"
        assert edit(place, fresh(place), field, wrong).status_code == 422


def test_rows_are_chosen_by_their_names(place: Place) -> None:
    task = create_task(place.owner, place.initiative, title="Look")
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    run = place.initiative.run_links.get().run
    assert place.viewer.user is not None
    for field, value in (("sprint", sprint.public_id), ("run", run.public_id), ("assignee", place.viewer.user.email)):
        form = text(get(place.contributor, place.url(f"tasks/{task.key}/edit/{field}/"), **HTMX))
        assert f'value="{value}"' in form
        assert edit(place, fresh(place), field, value).status_code == 200
        assert task_text(fresh(place), field) == value
        assert edit(place, fresh(place), field, "none-such").status_code == 422
        answer = edit(place, fresh(place), field, "")
        assert answer.status_code == 200 and task_text(fresh(place), field) == ""
        take_back(place, answer)
        assert task_text(fresh(place), field) == value
    assert edit(place, fresh(place), "dataset", "none-such").status_code == 422


def test_nobody_is_overwritten_unseen(place: Place) -> None:
    task = create_task(place.owner, place.initiative, title="Look")
    edit_task(place.owner, task, {"type": "data"})
    assert edit(place, task, "title", "Mine").status_code == 200
    answer = edit(place, task, "title", "Again mine")
    assert answer.status_code == 412
    for words in ("Title was changed by", "Again mine", "Mine", 'name="version" value="3"'):
        assert words in text(answer), words
    assert fresh(place).title == "Mine"


def test_without_scripts_a_field_has_a_page(place: Place) -> None:
    task = create_task(place.owner, place.initiative, title="Look")
    url = place.url(f"tasks/{task.key}/edit/title/")
    assert "<form" in text(get(place.contributor, url)) and "<html" in text(get(place.contributor, url))
    answer = post(place.contributor, url, {"version": 1, "was": "", "value": "Closer"})
    assert answer["Location"] == place.url(f"tasks/{task.key}/")
    client = browser(place.contributor)
    assert "Title is changed." in text(client.post(url, {"version": 2, "was": "", "value": "Closest"}, follow=True))
    assert get(place.contributor, place.url(f"tasks/{task.key}/edit/rank/")).status_code == 404
    assert post(place.viewer, url, {"value": "No"}).status_code == 403


def test_the_page_of_a_task(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    first = create_task(place.owner, place.initiative, title="First", body="**Bold** <script>x</script>")
    create_task(place.owner, place.initiative, title="Later", blocked_by=[first])
    edit_task(place.owner, first, {"sprint": sprint, "status": "doing"})
    edit_task(place.owner, first, {"status": "done"})
    edit_task(place.owner, first, {"status": "todo", "check_id": "data.schema"})
    client = browser(place.contributor)
    client.get(place.url("tasks/CHURN-1/"))
    with django_assert_max_num_queries(14):
        page = text(client.get(place.url("tasks/CHURN-1/")))
    for words in (
        "<strong>Bold</strong>",
        "These wait for it",
        "CHURN-2",
        "made the task",
        "began with it",
        "set it to done",
        "opened it again",
        "moved it from the backlog to One",
        "data.schema",
    ):
        assert words in page, words
    assert "<script>x" not in page
    assert "CHURN-1" in text(get(place.viewer, place.url("tasks/CHURN-2/")))
    assert "data-view" not in text(get(place.viewer, place.url("tasks/CHURN-1/")))


def test_what_nobody_here_did_is_of_the_tracker_or_of_the_product(place: Place) -> None:
    task = create_task(place.owner, place.initiative, title="Look")
    TaskTransition.objects.update(actor=None)
    assert [each.who for each in task_history(task).events] == ["MLTrack"]
    Task.objects.update(connection=make_connection(place.owner, name="Jira"), external_id="1")
    assert [each.who for each in task_history(fresh(place)).events] == ["The tracker"]


def test_put_away_and_back(place: Place) -> None:
    create_task(place.owner, place.initiative, title="First")
    url = place.url("tasks/CHURN-1/put-away/")
    client = browser(place.contributor)
    page = text(client.post(url, {"away": "yes"}, follow=True))
    assert "CHURN-1 is put away." in page and f'action="{url}"><input type="hidden" name="csrf' in page
    assert "This task was put away" in page and "Restore" in page
    assert fresh(place).deleted_at is not None
    assert "CHURN-1 is back." in text(client.post(url, follow=True))
    assert fresh(place).deleted_at is None
    assert post(place.viewer, url, {"away": "yes"}).status_code == 403


def test_a_mirrored_task_is_read_only(place: Place) -> None:
    task = mirrored(place, url="https://jira.example.org/J-1", external_status="In review")
    page = text(get(place.contributor, place.url("tasks/CHURN-90/")))
    for words in ("from Jira, read-only here", "https://jira.example.org/J-1", "In review", "Mirrored from Jira"):
        assert words in page, words
    assert "data-view" not in page and "Put away" not in page and "data-kept" not in page
    assert edit(place, task, "title", "Mine").status_code == 422
    client = browser(place.contributor)
    page = text(client.post(place.url("tasks/CHURN-90/put-away/"), {"away": "y"}, follow=True))
    assert "read-only here: change it there" in page
    Task.objects.update(url="javascript:alert(1)")
    assert "javascript:" not in text(get(place.contributor, place.url("delivery/")))


def test_strangers_and_other_initiatives(place: Place) -> None:
    create_task(place.owner, place.initiative, title="First")
    other = make_initiative(place.owner, "OTHER")
    paths = ["delivery/", "tasks/CHURN-1/", "tasks/CHURN-1/edit/title/"]
    assert [get(place.stranger, place.url(each)).status_code for each in paths] == [404] * 3
    assert get(place.owner, place.url("tasks/CHURN-1/").replace("/CHURN/", f"/{other.key}/")).status_code == 404
    assert post(place.stranger, place.url("tasks/CHURN-1/put-away/"), {"away": "y"}).status_code == 404


def test_every_field_has_words() -> None:
    assert set(FIELDS) >= {"title", "body", "status", "type", "estimate", "assignee", "sprint", "due_on"}
