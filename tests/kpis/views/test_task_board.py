"""The board: which cards stand where, and the one way by which they move."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mltrack.accounts.access import Principal
from projects.models import Task
from projects.progress.ranks import spread
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, edit_task
from tests.factories import make_connection, make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def columns(place: Place, query: str = "") -> dict[str, list[str]]:
    """Return the keys in each column, as the owner's board shows them."""
    page = text(get(place.owner, home(place.owner, f"board/?{query}")))
    found = {}
    for part in page.split('data-column="')[1:]:
        found[part.partition('"')[0]] = [each.partition('"')[0] for each in part.split('data-task="')[1:]]
    return found


def take_back(person: Principal, place: Place, token: str) -> Any:
    return post(person, home(place.owner, "tasks/undo/"), {"token": token}, **JSON)


def move(place: Place, **fields: Any) -> Any:
    return post(place.contributor, home(place.owner, "board/place/"), fields, **JSON)


def test_what_stands_where(place: Place) -> None:
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    other = make_initiative(place.owner, "OTHER")
    create_task(place.owner, place.initiative, title="a")
    create_task(place.owner, place.initiative, title="b", status="doing", sprint=sprint)
    old = create_task(place.owner, place.initiative, title="c", status="done", sprint=sprint)
    create_task(place.owner, place.initiative, title="d", status="cancelled")
    create_task(place.owner, other, title="e", status="done")
    Task.objects.filter(pk=old.pk).update(done_at=timezone.now() - timedelta(days=15))
    assert columns(place) == {"todo": ["CHURN-1"], "doing": ["CHURN-2"], "done": ["OTHER-1"]}
    assert columns(place, "cancelled=1")["cancelled"] == ["CHURN-4"]
    assert columns(place, "initiative=OTHER") == {"todo": [], "doing": [], "done": ["OTHER-1"]}
    assert columns(place, f"sprint={sprint.public_id}") == {"todo": [], "doing": ["CHURN-2"], "done": ["CHURN-3"]}
    assert columns(place, "q=status:doing")["doing"] == ["CHURN-2"]
    assert "of the last two weeks" in text(get(place.viewer, home(place.owner, "board/")))
    assert get(place.owner, home(place.owner, "board/?initiative=NONE")).status_code == 404
    assert get(place.owner, home(place.owner, "board/?sprint=spr_none")).status_code == 404
    assert get(place.stranger, home(place.owner, "board/")).status_code == 404


def test_a_card_moves_to_its_place(place: Place) -> None:
    for title in "abc":
        create_task(place.owner, place.initiative, title=title)
    answer = move(place, task="CHURN-3", status="doing")
    told = answer.json()
    assert told.pop("undo") and told.pop("said") == "CHURN-3: Doing"
    assert told == {"task": "CHURN-3", "status": "doing", "sprint": "", "version": 2, "detail": ""}
    assert move(place, task="CHURN-2", status="todo", above="CHURN-1").status_code == 200
    assert columns(place) == {"todo": ["CHURN-2", "CHURN-1"], "doing": ["CHURN-3"], "done": []}
    assert move(place, task="CHURN-2", below="CHURN-1").status_code == 200
    assert move(place, task="CHURN-2", above="GONE-9").status_code == 200
    assert columns(place)["todo"] == ["CHURN-1", "CHURN-2"]
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    assert move(place, task="CHURN-1", sprint=sprint.public_id).json()["sprint"] == sprint.public_id
    assert move(place, task="CHURN-1", sprint="").json()["sprint"] == ""


def test_what_cannot_be_is_answered_with_what_is(place: Place) -> None:
    task = create_task(place.owner, place.initiative, title="a")
    edit_task(place.owner, task, {"type": "data"})
    late = move(place, task="CHURN-1", status="done", version="1")
    assert late.status_code == 409
    assert (late.json()["status"], late.json()["version"]) == ("todo", 2) and "somebody else" in late.json()["detail"]
    assert move(place, task="CHURN-1", status="done", version="2").status_code == 200
    assert move(place, task="CHURN-1", status="nowhere").status_code == 422
    assert move(place, task="CHURN-1", sprint="spr_none").json()["detail"] == "There is no such sprint here."
    assert move(place, task="CHURN-9", status="done").status_code == 404
    assert move(place).status_code == 400
    Task.objects.update(connection=make_connection(place.owner, name="Jira"), external_id="J-1")
    mirrored = move(place, task="CHURN-1", status="todo")
    assert mirrored.status_code == 422 and "mirrored from Jira" in mirrored.json()["detail"]
    assert post(place.viewer, home(place.owner, "board/place/"), {"task": "CHURN-1"}).status_code == 403


def test_without_scripts_it_leads_to_the_task(place: Place) -> None:
    create_task(place.owner, place.initiative, title="a")
    client = browser(place.contributor)
    sent = {"task": "CHURN-1", "status": "doing"}
    assert "CHURN-1: Doing" in text(client.post(home(place.owner, "board/place/"), sent, follow=True))
    assert "The status is one of" in text(
        client.post(home(place.owner, "board/place/"), sent | {"status": "x"}, follow=True)
    )


def fill(place: Place, count: int) -> None:
    """Give the board so many cards, in turn to do and doing."""
    now, ranks = timezone.now(), spread(count)
    Task.objects.bulk_create(
        Task(
            initiative=place.initiative,
            number=number + 1,
            title=f"Decide question {number} of the claims office",
            type="data",
            rank=ranks[number],
            assignee=place.owner.user,
            created_at=now,
            status=("todo", "doing")[number % 2],
        )
        for number in range(count)
    )


def test_five_hundred_cards_are_light(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """Budgets: twelve queries, and the bytes of a portfolio page per card; what is not shown counts."""
    fill(place, 500)
    create_task(place.owner, place.initiative, title="Waits", status="doing", blocked_by=list(Task.objects.all()[:1]))
    client = browser(place.contributor)
    client.get(home(place.owner, "board/"))
    with django_assert_max_num_queries(12):
        page = text(client.get(home(place.owner, "board/")))
    assert page.count("data-card=") == 200 and len(page) / 200 < 1_000
    assert "data-count>250<" in page and "data-count>251<" in page and 'data-unseen="150"' in page
    assert "Show all 250" in page and "Waits</span>" not in page
    whole = text(client.get(home(place.owner, "board/?whole=doing")))
    assert whole.count("data-card=") == 351 and "Show all 251" not in whole and "Waits</span>" in whole


def test_the_end_of_a_column_lies_below_what_is_not_shown(place: Place) -> None:
    fill(place, 4)
    assert move(place, task="CHURN-1", last="1").status_code == 200
    assert columns(place)["todo"] == ["CHURN-3", "CHURN-1"]


def test_a_plan_counts_what_it_does_not_show(place: Place) -> None:
    fill(place, 130)
    Task.objects.update(estimate=2)
    page = text(get(place.owner, home(place.owner, "sprints/")))
    assert page.count("data-card=") == 100 and "data-sum>260<" in page and 'data-unseen-sum="60.00"' in page
    assert text(get(place.owner, home(place.owner, "sprints/?whole=backlog"))).count("data-card=") == 130


def test_cards_show_what_people_wrote_as_text(place: Place) -> None:
    """Titles, names and addresses of trackers go into cards by plain Python: nothing of them is markup."""
    evil = """<img src=x onerror="alert('1')">"""
    tracker = make_connection(place.owner, name=evil)
    assert place.owner.user is not None
    place.owner.user.name = evil
    place.owner.user.save()
    given: dict[str, Any] = {
        "title": evil,
        "assignee": place.owner.user,
        "estimate": 1,
        "due_on": date(2020, 1, 1),
        "type": "data",
    }
    create_task(place.owner, place.initiative, **given)
    create_task(place.owner, place.initiative, **given)
    Task.objects.filter(number=2).update(connection=tracker, external_id="1", url='https://x.org/"><b>')
    page = text(get(place.owner, home(place.owner, "board/")))
    assert "<img src=x" not in page and "<b>" not in page.split("data-cards")[1].split("</ol>")[0]
    assert page.count("&lt;img src=x onerror=") >= 5 and "https://x.org/&quot;&gt;&lt;b&gt;" in page
    Task.objects.filter(number=2).update(url="javascript:alert(1)")
    assert "javascript:alert" not in text(get(place.owner, home(place.owner, "board/")))


def test_a_move_is_taken_back_while_nobody_moved_it_since(place: Place) -> None:
    for title in "abc":
        create_task(place.owner, place.initiative, title=title)
    moved = move(place, task="CHURN-3", status="doing", above="CHURN-1").json()
    assert moved["said"] == "CHURN-3: Doing"
    told = take_back(place.contributor, place, moved["undo"]).json()
    assert (told["status"], told["version"], told["detail"]) == ("todo", 3, "1 task is as it was.")
    assert columns(place)["todo"] == ["CHURN-1", "CHURN-2", "CHURN-3"]
    # A place alone is taken back too, but not once somebody has moved the card elsewhere.
    first = move(place, task="CHURN-3", above="CHURN-1").json()
    assert first["said"] == "CHURN-3 is moved." and first["version"] == 3
    second = move(place, task="CHURN-3", above="CHURN-2").json()
    late = take_back(place.contributor, place, first["undo"])
    assert late.status_code == 409 and "CHURN-3" in late.json()["detail"]
    assert take_back(place.contributor, place, second["undo"]).status_code == 200
    assert columns(place)["todo"] == ["CHURN-3", "CHURN-1", "CHURN-2"]
    assert move(place, task="CHURN-3").json()["undo"] == ""
    assert take_back(place.owner, place, second["undo"]).status_code == 422
    page = text(
        browser(place.contributor).post(
            home(place.owner, "board/place/"), {"task": "CHURN-1", "status": "done"}, follow=True
        )
    )
    assert "CHURN-1: Done" in page and 'name="token"' in page


def news(person: Any, place: Place, since: str, scope: str = "") -> int:
    found: int = get(person, home(place.owner, f"board/changes/?since={quote(since)}{scope}")).json()["count"]  # type: ignore[attr-defined]
    return found


def test_what_others_changed_is_news_and_my_own_is_not(
    place: Place, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for title in "abcd":
        create_task(place.owner, place.initiative, title=title)
    sprint = create_sprint(place.owner, name="One", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    edit_task(place.owner, Task.objects.get(number=3), {"sprint": sprint})
    since = timezone.now().isoformat()
    assert news(place.contributor, place, since) == 0
    move(place, task="CHURN-1", status="doing")
    move(place, task="CHURN-2", above="CHURN-1")
    assert news(place.contributor, place, since) == 0 and news(place.owner, place, since) == 2
    edit_task(place.owner, Task.objects.get(number=1), {"title": "mine"})
    edit_task(place.owner, Task.objects.get(number=3), {"sprint": None})
    tracker = make_connection(place.owner, name="Jira")
    Task.objects.filter(number=4).update(connection=tracker, updated_at=timezone.now())
    assert news(place.contributor, place, since) == 3
    assert news(place.contributor, place, since, f"&sprint={sprint.public_id}") == 1
    assert news(place.contributor, place, since, "&initiative=CHURN") == 3
    other = make_initiative(place.owner, "OTHER")
    assert news(place.contributor, place, since, f"&initiative={other.key}") == 0
    client = browser(place.contributor)
    client.get(home(place.owner, "board/"))
    with django_assert_num_queries(5):
        client.get(home(place.owner, f"board/changes/?since={quote(since)}"))
    assert get(place.contributor, home(place.owner, "board/changes/?since=yesterday")).status_code == 400
    assert text(get(place.contributor, home(place.owner, "board/changes/"))) == '{"count": 0}'
    assert get(place.stranger, home(place.owner, "board/changes/")).status_code == 404
