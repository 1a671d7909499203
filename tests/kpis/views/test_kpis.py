"""The list of KPIs, a new one, and the page of each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.forms.kpis import FIELDS
from kpis.models import KPI
from kpis.services.contributions import set_contribution
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text

pytestmark = pytest.mark.django_db
PAGES = (
    "kpis/",
    "kpis/churn-rate/",
    "kpis/churn-rate/goal/",
    "kpis/churn-rate/readings/",
    "kpis/churn-rate/figure.json",
)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.mark.parametrize("rest", [*PAGES, "kpis/churn-rate/edit/name/", "kpis/churn-rate/readings/export.csv"])
def test_members_read_and_strangers_find_nothing(owner: Principal, rest: str) -> None:
    make_kpi(owner)
    assert get(make_member(owner.workspace, "viewer"), home(owner, rest)).status_code == 200
    stranger = make_stranger()
    assert get(stranger, home(owner, rest)).status_code == 404
    if rest != "kpis/":
        assert get(stranger, home(stranger, rest)).status_code == 404


@pytest.mark.parametrize("rest", ["kpis/new/", "kpis/churn-rate/edit/name/", "kpis/churn-rate/archive/"])
def test_only_managers_write(owner: Principal, rest: str) -> None:
    make_kpi(owner)
    contributor, manager = make_member(owner.workspace), make_member(owner.workspace, "manager")
    assert post(contributor, home(owner, rest), {"name": "Other"}).status_code == 403
    assert post(manager, home(owner, rest), {}).status_code in (302, 422)
    assert post(make_stranger(), home(owner, rest), {}).status_code == 404


@pytest.mark.parametrize("rest, most", list(zip(PAGES, (11, 16, 11, 8, 13))))
def test_pages_cost_the_same_whatever_there_is(owner: Principal, rest: str, most: int) -> None:
    kpi = make_kpi(owner)
    client = browser(owner)
    client.get(home(owner, rest))
    for number in range(6):
        make_kpi(owner, name=f"Other {number}")
        set_contribution(owner, make_initiative(owner, f"I{number}"), kpi, expected=-1.0)
        edit_kpi(owner, kpi, {"target": 7.5 - number / 10})
    with CaptureQueriesContext(connection) as found:
        assert client.get(home(owner, rest)).status_code == 200
    assert len(found) <= most, "\n".join(each["sql"][:160] for each in found)


def test_the_list_says_where_each_kpi_stands(owner: Principal) -> None:
    make_kpi(owner)
    make_kpi(
        owner,
        (30.0, 28.0),
        name="Stock",
        unit="days",
        direction="range",
        baseline=40.0,
        target=None,
        low=20.0,
        high=25.0,
    )
    found = text(get(owner, home(owner, "kpis/")))
    for words in ("Churn rate", "at most 8", "On pace", "20 to 25", "−2"):
        assert words in found, words


def test_the_empty_list_teaches(owner: Principal) -> None:
    found = text(get(owner, home(owner, "kpis/")))
    assert "No KPI yet" in found
    assert "/api/v1/kpis/" in found
    assert "kpis/new/" not in text(get(make_member(owner.workspace, "viewer"), home(owner, "kpis/")))


def test_archived_kpis_have_a_list_of_their_own(owner: Principal) -> None:
    archive_kpi(owner, make_kpi(owner, name="Old one"))
    make_kpi(owner, name="New one")
    here, there = text(get(owner, home(owner, "kpis/"))), text(get(owner, home(owner, "kpis/?archived=1")))
    assert "New one" in here and "Old one" not in here
    assert "Old one" in there and "New one" not in there


def test_long_lists_have_pages(owner: Principal) -> None:
    KPI.objects.bulk_create(KPI(workspace=owner.workspace, key=f"k{n:03}", name=f"Name {n:03}") for n in range(26))
    first = text(get(owner, home(owner, "kpis/")))
    assert "Name 024" in first and "Name 025" not in first
    assert "cursor=k024" in first
    second = text(get(owner, home(owner, "kpis/?cursor=k024")))
    assert "Name 025" in second and "Name 024" not in second


def test_a_kpi_is_made_of_a_name(owner: Principal) -> None:
    given = {"name": "Handling time", "direction": "lower", "period": "week", "aggregation": "mean", "zone": "UTC"}
    answer = post(owner, home(owner, "kpis/new/"), given)
    assert (answer.status_code, answer.headers["Location"]) == (302, home(owner, "kpis/handling-time/"))
    assert KPI.objects.get(workspace=owner.workspace).direction == "lower"
    assert post(owner, home(owner, "kpis/new/"), given | {"key": "handling-time"}).status_code == 422


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"name": ""}, "This field is required."),
        ({"baseline": "4", "target": "9"}, "the target is above the baseline"),
        ({"target": "inf"}, "Enter a number."),
        ({"zone": "Mars/Base"}, "time zone"),
        ({"owner": "nobody@example.org"}, "nobody&#x27;s address"),
        ({"key": "new"}, "is the name of a page"),
    ],
)
def test_wrong_fields_are_named(owner: Principal, wrong: dict[str, str], words: str) -> None:
    given = {"name": "Time", "direction": "lower", "period": "week", "aggregation": "mean", "zone": "UTC"}
    answer = post(owner, home(owner, "kpis/new/"), given | wrong)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not KPI.objects.exists()


def test_a_kpi_named_new_gets_another_key(owner: Principal) -> None:
    assert create_kpi(owner, name="New").key == "new-2"


def test_the_page_tells_value_movement_attainment_and_pace(owner: Principal) -> None:
    kpi = make_kpi(owner)
    set_contribution(owner, make_initiative(owner, name="Call at risk"), kpi, expected=-5.0, how="500 customers")
    found = text(get(owner, home(owner, "kpis/churn-rate/")))
    for words in (
        '<span class="delta tone-ok">−1\u202f%</span>',
        "since week of",
        "50 % of the way from 12\u202f% to 8\u202f%",
        "the line to",
        "at most 8\u202f%",
        "Call at risk",
        "500 customers",
        "Together −5\u202f%",
        "counted twice",
        "figure.json",
    ):
        assert words in found, words


def test_the_figure_has_an_etag_and_leaves_gaps(owner: Principal) -> None:
    make_kpi(owner)
    client, path = browser(owner), home(owner, "kpis/churn-rate/figure.json")
    answer = client.get(path)
    drawn = json.loads(answer.content)
    assert {trace["name"] for trace in drawn["data"]} == {"Value", "Goal", "Expected by now", "Goal changed"}
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    edit_kpi(owner, KPI.objects.get(), {"target": 7.0})
    changed = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200


def test_fields_are_edited_where_they_stand(owner: Principal) -> None:
    make_kpi(owner)
    path = home(owner, "kpis/churn-rate/edit/unit/")
    assert post(owner, path, {"value": "‰"}).status_code == 302
    part = post(owner, path, {"value": "% a month"}, HX_Request="true")
    assert "inline-edit" in text(part) and "<html" not in text(part)
    assert KPI.objects.get().unit == "% a month"
    assert post(owner, home(owner, "kpis/churn-rate/edit/direction/"), {"value": "higher"}).status_code == 422
    assert post(owner, home(owner, "kpis/churn-rate/edit/zone/"), {"value": "Mars"}).status_code == 422
    assert get(owner, home(owner, "kpis/churn-rate/edit/key/")).status_code == 404


def test_a_field_becomes_a_form_when_it_is_opened(owner: Principal) -> None:
    make_kpi(owner)
    path = home(owner, "kpis/churn-rate/edit/unit/")
    page = text(get(owner, home(owner, "kpis/churn-rate/")))
    assert page.count("/edit/") == 2 * len(FIELDS), "each has an address, with scripts and without"
    assert f'href="{path}"' in page and f'hx-get="{path}"' in page and "data-inline-edit" not in page
    part = text(browser(owner).get(path, headers={"HX-Request": "true"}))
    assert 'data-inline-edit="open"' in part and "<html" not in part and 'value="%"' in part
    whole = text(get(owner, path))
    assert "<html" in whole and 'name="value"' in whole
    saved = text(post(owner, path, {"value": "‰"}, HX_Request="true"))
    assert "‰" in saved and "data-inline-edit" not in saved and "autofocus" in saved
    viewer = make_member(owner.workspace, "viewer")
    assert "/edit/" not in text(get(viewer, home(owner, "kpis/churn-rate/")))


def test_the_owner_can_be_nobody_or_a_member(owner: Principal) -> None:
    make_kpi(owner)
    member, path = make_member(owner.workspace), home(owner, "kpis/churn-rate/edit/owner/")
    assert member.user is not None
    post(owner, path, {"value": member.user.email})
    assert KPI.objects.get().owner == member.user
    post(owner, path, {"value": ""})
    assert KPI.objects.get().owner is None


def test_a_conflict_shows_both_words(owner: Principal) -> None:
    kpi = make_kpi(owner)
    page: Any = browser(owner).get(home(owner, "kpis/churn-rate/edit/name/"))
    form = page.context["form"]
    seen = {"version": form["version"].value(), "was": form["was"].value()}
    edit_kpi(owner, kpi, {"name": "Theirs"})
    answer = post(owner, home(owner, "kpis/churn-rate/edit/name/"), {**seen, "value": "Mine"})
    assert answer.status_code == 412
    assert "Mine" in text(answer) and "Theirs" in text(answer)
    assert KPI.objects.get().name == "Theirs"


def test_another_field_is_no_conflict(owner: Principal) -> None:
    kpi = make_kpi(owner)
    page: Any = browser(owner).get(home(owner, "kpis/churn-rate/edit/name/"))
    form = page.context["form"]
    seen = {"version": form["version"].value(), "was": form["was"].value()}
    edit_kpi(owner, kpi, {"unit": "‰"})
    assert post(owner, home(owner, "kpis/churn-rate/edit/name/"), {**seen, "value": "Mine"}).status_code == 302
    assert KPI.objects.get().name == "Mine"


def test_archive_and_back(owner: Principal) -> None:
    make_kpi(owner)
    path = home(owner, "kpis/churn-rate/archive/")
    post(owner, path, {"archived": "1"})
    assert "This KPI is archived." in text(get(owner, home(owner, "kpis/churn-rate/")))
    post(owner, path, {})
    assert KPI.objects.get().archived_at is None
    assert list(AuditEvent.objects.filter(object_kind="kpi").order_by("pk").values_list("action", flat=True)) == [
        "create",
        "archive",
        "restore",
    ]
