"""Every page of an initiative: who sees it, who writes on it, and what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import GOOD, judged, report

PAGES = {
    "": 13,
    "verdict/": 9,
    "edit/name/": 10,
    "edit/owner/": 11,
    "targets/": 14,
    "gate/": 10,
    "data/": 11,
    "activity/": 17,
}
WRITES = {
    "edit/name/": "manager",
    "archive/": "manager",
    "targets/": "manager",
    "targets/aliases/": "manager",
    "targets/aliases/remove/": "manager",
    "targets/baselines/": "manager",
    "targets/selection/": "manager",
    "targets/selection/remove/": "manager",
    "targets/candidate/": "manager",
    "activity/move/": "manager",
    "activity/update/": "contributor",
    "gate/": "contributor",
    "checks/data.schema/attest/": "contributor",
    "checks/model.accuracy/waive/": "contributor",
}
RANK = {"viewer": 0, "approver": 0, "contributor": 1, "manager": 2, "owner": 3}


@pytest.mark.parametrize("rest", PAGES)
def test_members_read_and_strangers_find_nothing(place: Place, rest: str) -> None:
    for name, person in place.people.items():
        answer = browser(person).get(place.url(rest))
        assert answer.status_code == (404 if name == "stranger" else 200), name
    assert Client().get(place.url(rest)).status_code == 302


@pytest.mark.parametrize("rest", WRITES)
def test_each_write_needs_its_role(place: Place, rest: str) -> None:
    for name, person in place.people.items():
        answer = browser(person).post(place.url(rest), {})
        if name == "stranger":
            assert answer.status_code == 404
        elif RANK[name] < RANK[WRITES[rest]]:
            assert answer.status_code == 403, name
        else:
            assert answer.status_code in (302, 400, 422), (name, answer.status_code)


@pytest.mark.parametrize("rest", PAGES)
def test_pages_cost_the_same_whatever_the_history(place: Place, rest: str) -> None:
    client = browser(place.owner)
    client.get(place.url(rest))
    for number in range(6):
        report(place.initiative, f"more-{number}", {**GOOD, "accuracy": 0.91 + number / 200})
        judged(place.initiative)
    with CaptureQueriesContext(connection) as found:
        assert client.get(place.url(rest)).status_code == 200
    assert len(found) <= PAGES[rest], "\n".join(each["sql"][:160] for each in found)


def test_another_initiative_of_the_workspace_is_another_page(place: Place) -> None:
    assert browser(place.owner).get(place.url().replace("CHURN", "OTHER")).status_code == 404
