"""The pages of dashboards: the list, each of them, composing by plain forms, and who may."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.models import Dashboard, Panel
from kpis.scoring.dashboards.kinds import KINDS
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.services.dashboards import archive_dashboard, create_dashboard
from mltrack.accounts.access import Principal
from tests.factories import make_member, make_stranger, make_workspace
from tests.kpis.dashboard_world import every_kind, fill_workspace
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db
TEXT: dict[str, Any] = {"kind": "text", "settings": {"text": "Hello."}}


def get(person: Principal, rest: str = "", workspace: str = "") -> tuple[int, str]:
    """Return status and text of a page under /dashboards/."""
    answer = browser(person).get(f"/w/{workspace or person.workspace.key}/dashboards/{rest}")
    return answer.status_code, unescape(answer.content.decode())


def post(person: Principal, rest: str, **body: str) -> Any:
    return browser(person).post(f"/w/{person.workspace.key}/dashboards/{rest}", body)


def titles(dashboard: Dashboard) -> list[str]:
    there = Panel.objects.filter(dashboard=dashboard, position__isnull=False).order_by("position")
    return list(there.values_list("title", flat=True))


def test_what_ships_is_there_at_once_and_for_readers() -> None:
    owner = make_workspace()
    viewer = make_member(owner.workspace, "viewer")
    status, text = get(viewer)
    assert status == 200 and all(each.name in text for each in SHIPPED.values())
    assert "New dashboard" not in text
    for key, shipped in SHIPPED.items():
        status, text = get(viewer, f"{key}/")
        assert status == 200 and all(panel.title in text for panel in shipped.panels)
        assert "Make a copy to change" not in text
    assert get(make_stranger(), "leadership/", owner.workspace.key)[0] == 404
    assert get(owner, "nobody/")[0] == 404
    answer = browser(owner).get("/dashboards/leadership/")
    assert (answer.status_code, answer["Location"]) == (302, f"/w/{owner.workspace.key}/dashboards/leadership/")


def test_every_panel_is_shown_with_what_it_says() -> None:
    owner = make_workspace()
    fill_workspace(owner)
    every_kind(owner)
    status, text = get(owner, "everything/")
    assert status == 200 and all(kind.title in text for kind in KINDS.values())
    for said in (
        "1 behind pace of 3 KPIs: Churn.", "Ask the north.", "Of 1 initiative by ", "2 tasks done a week",
        "Grade B", "<strong>this</strong>", 'class="curve-live"', "1 initiative reached",
        'data-figure="{"data": [', "Nothing: no initiative is to move it.", "points behind the line",
    ):  # fmt: skip
        assert said in text, said
    status, text = get(owner, "everything/?q=live&range=year")
    assert "from which on it may ship" in text and 'name="range" value="year"' in text and ">live<" in text
    assert "This filter is not understood" in get(owner, "everything/?q=colour:red")[1]


def test_the_leadership_dashboard_takes_at_most_fifteen_queries() -> None:
    owner = make_workspace()
    fill_workspace(owner)
    person = browser(owner)
    person.get(f"/w/{owner.workspace.key}/dashboards/leadership/")
    with CaptureQueriesContext(connection) as queries:
        person.get(f"/w/{owner.workspace.key}/dashboards/leadership/?range=quarter")
    assert len(queries) <= 15, [each["sql"][:90] for each in queries]


def test_a_copy_is_made_and_composed_by_forms() -> None:
    owner = make_workspace()
    manager = make_member(owner.workspace, "manager")
    answer = post(manager, "leadership/copy/")
    assert answer["Location"] == f"/w/{owner.workspace.key}/dashboards/leadership-copy/edit/"
    made = Dashboard.objects.get()
    status, text = get(manager, "leadership-copy/edit/")
    assert status == 200 and text.count("Earlier:") == len(SHIPPED["leadership"].panels)
    answer = post(manager, "leadership-copy/edit/", name="Board", team="North", description="For us.")
    made.refresh_from_db()
    assert (answer.status_code, made.name, made.team) == (302, "Board", "North")
    assert post(manager, "leadership-copy/edit/", name="").status_code == 422


def test_panels_are_added_changed_moved_and_removed() -> None:
    owner = make_workspace()
    made = create_dashboard(owner, name="Board", panels=[{**TEXT, "title": "One"}])
    added = post(owner, "board/panels/new/", kind="text", title="Two", width="2", text="**Hi**")
    two = Panel.objects.get(title="Two")
    assert added["Location"].endswith(f"/board/edit/?panel={two.public_id}&did=added")
    assert (two.width, two.settings, titles(made)) == (2, {"text": "**Hi**"}, ["One", "Two"])
    moved = post(owner, f"board/panels/{two.public_id}/move/", to="earlier")
    assert moved["Location"].endswith("&did=earlier") and titles(made) == ["Two", "One"]
    # The button that was pressed has the focus again.
    text = get(owner, f"board/edit/?panel={two.public_id}&did=earlier")[1]
    assert text.count(" autofocus") == 1 and 'aria-label="Earlier: Two" aria-disabled="true" autofocus' in text
    post(owner, f"board/panels/{two.public_id}/move/", to="later")
    post(owner, f"board/panels/{two.public_id}/", title="Zwei", width="3", text="Hallo")
    assert titles(made) == ["One", "Zwei"]
    removed = browser(owner)
    removed.post(f"/w/{owner.workspace.key}/dashboards/board/panels/{two.public_id}/remove/", {"removed": "1"})
    undo = f'action="/w/{owner.workspace.key}/dashboards/board/panels/{two.public_id}/remove/"'
    assert titles(made) == ["One"] and undo in removed.get(f"/w/{owner.workspace.key}/dashboards/").content.decode()
    assert get(owner, f"board/panels/{two.public_id}/")[0] == 404
    assert post(owner, f"board/panels/{two.public_id}/remove/")["Location"].endswith("&did=restored")
    assert titles(made) == ["One", "Zwei"]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text", {"title": "T", "width": "2", "text": ""}, "This field is required."),
        ("funnel", {"title": "T", "width": "9", "q": ""}, "Select a valid choice."),
        ("funnel", {"title": "T", "width": "2", "q": "colour:red"}, "is no filter word"),
        ("kpi_board", {"title": "T", "width": "2", "q": "", "only": "all", "rows": "0"}, "greater than or equal to 1"),
        ("kpi_tile", {"title": "T", "width": "1", "kpi": "theirs", "since": "before"}, "No KPI yet"),
    ],
)
def test_a_panel_that_makes_no_sense_is_refused_at_its_field(kind: str, body: dict[str, str], said: str) -> None:
    owner = make_workspace()
    create_dashboard(owner, name="Board")
    answer = post(owner, "board/panels/new/", kind=kind, **body)
    assert answer.status_code == 422 and said in unescape(answer.content.decode())
    assert not Panel.objects.exists()


def test_who_may_not_compose_is_told_so() -> None:
    owner = make_workspace()
    made = create_dashboard(owner, name="Board", panels=[TEXT])
    panel = made.panels.get().public_id
    contributor = make_member(owner.workspace, "contributor")
    for rest in ("board/edit/", "board/copy/", "board/archive/", f"board/panels/{panel}/move/", "leadership/copy/"):
        assert post(contributor, rest).status_code == 403, rest
    assert get(contributor, "board/edit/")[0] == 403 and "Edit" not in get(contributor, "board/")[1].split("<main")[1]
    # What ships can be changed by nobody, nor what is not there.
    for rest in (
        "leadership/edit/",
        "leadership/panels/new/?kind=text",
        "board/panels/new/?kind=pie",
        "board/panels/x/",
    ):
        assert get(owner, rest)[0] == 404, rest


def test_a_dashboard_is_put_away_and_comes_back() -> None:
    owner = make_workspace()
    made = create_dashboard(owner, name="Board")
    assert "No panels yet" in get(owner, "board/")[1]
    assert post(owner, "board/archive/", archived="1")["Location"].endswith("/dashboards/")
    assert ">Board<" not in get(owner)[1] and ">Board<" in get(owner, "?archived=1")[1]
    assert "This dashboard is archived." in get(owner, "board/")[1]
    post(owner, "board/archive/")
    made.refresh_from_db()
    assert made.archived_at is None and "Nothing is archived" in get(owner, "?archived=1")[1]
    archive_dashboard(owner, made)


def test_a_new_dashboard_leads_to_its_panels() -> None:
    owner = make_workspace()
    assert get(owner, "new/")[0] == 200
    answer = post(owner, "new/", name="Sales", team="", description="")
    assert answer["Location"].endswith("/dashboards/sales/edit/")
    assert post(owner, "new/", name="").status_code == 422
