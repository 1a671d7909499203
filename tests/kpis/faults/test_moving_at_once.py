"""Two people move the same card at once, by real requests: one order, no card lost or doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from mltrack.accounts.access import Principal
from projects.models import Task, TaskTransition
from projects.services.tasks import create_task
from tests.browser.worlds import BACKEND
from tests.factories import make_initiative, make_member, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
CARDS = 6


def signed_in(person: Principal) -> dict[str, str]:
    """Return the headers by which a browser of this person asks."""
    client = Client()
    assert person.user is not None
    client.force_login(person.user, backend=BACKEND)
    client.get(f"/w/{person.workspace.key}/board/")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }


def test_one_order_whoever_is_first(live_server: LiveServer) -> None:
    owner = make_workspace()
    other = make_member(owner.workspace)
    initiative = make_initiative(owner)
    keys = [create_task(owner, initiative, title=str(number)).key for number in range(CARDS)]
    address = urlsplit(live_server.url).netloc

    def move_about(headers: dict[str, str]) -> list[int]:
        said = []
        asking = HTTPConnection(address, timeout=30)
        for turn in range(12):
            fields = {"task": keys[0], "below": keys[1 + turn % (CARDS - 1)], "status": ("doing", "todo")[turn % 2]}
            asking.request("POST", f"/w/{owner.workspace.key}/board/place/", urlencode(fields), headers)
            with asking.getresponse() as answer:
                answer.read()
                said.append(answer.status)
        asking.close()
        return said

    people = signed_in(owner), signed_in(other)
    with ThreadPoolExecutor(2) as both:
        assert [set(said) for said in both.map(move_about, people)] == [{200}, {200}]
    tasks = list(Task.objects.order_by("rank"))
    assert sorted(each.title for each in tasks) == [str(number) for number in range(CARDS)]
    assert len({each.rank for each in tasks}) == CARDS
    steps = list(TaskTransition.objects.filter(task__number=1).order_by("id").values_list("from_status", "to_status"))
    assert [to for _, to in steps[:-1]] == [before for before, _ in steps[1:]]
    assert Task.objects.get(number=1).status == steps[-1][1]
