"""Dashboards and their panels: what is kept, what is refused, and how panels move."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from kpis.models import Dashboard, Panel
from kpis.scoring.dashboards.kinds import KINDS, MOST_PANELS
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.selectors.dashboards import composed_of
from kpis.services.dashboards import archive_dashboard, copy_dashboard, create_dashboard, edit_dashboard
from kpis.services.kpis import create_kpi
from kpis.services.panel_input import read_panel
from kpis.services.panels import add_panel, edit_panel, move_panel, remove_panel
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.services.versions import VersionConflict
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
TEXT: dict[str, Any] = {"kind": "text", "settings": {"text": "Hello."}}


def titled(*titles: str) -> tuple[Principal, Dashboard]:
    """Return a dashboard with a text of each title."""
    owner = make_workspace()
    panels = [{**TEXT, "title": each} for each in titles]
    return owner, create_dashboard(owner, name="Sales", panels=panels)


def order(dashboard: Dashboard) -> list[tuple[int | None, str]]:
    """Return position and title of the panels that are there."""
    there = Panel.objects.filter(dashboard=dashboard, position__isnull=False)
    return list(there.order_by("position").values_list("position", "title"))


def panel(dashboard: Dashboard, title: str) -> Panel:
    return Panel.objects.select_related("dashboard").get(dashboard=dashboard, title=title)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"kind": "pie"}, "kind"), ({}, "kind"), ({**TEXT, "width": 5}, "width"), ({**TEXT, "width": 0}, "width"),
        ({**TEXT, "title": "x" * 121}, "title"), ({**TEXT, "colour": "red"}, "colour"),
        ({"kind": "text"}, "settings/text"), ({"kind": "funnel", "settings": []}, "settings"),
        ({"kind": "text", "settings": {"text": "x" * 5001}}, "settings/text"),
        ({"kind": "kpi_tile", "settings": {}}, "settings/kpi"),
        ({"kind": "kpi_tile", "settings": {"kpi": "theirs"}}, "settings/kpi"),
        ({"kind": "kpi_tile", "settings": {"kpi": "rate", "since": "decade"}}, "settings/since"),
        ({"kind": "kpi_board", "settings": {"rows": 51}}, "settings/rows"),
        ({"kind": "kpi_board", "settings": {"rows": "9"}}, "settings/rows"),
        ({"kind": "funnel", "settings": {"q": "health:purple"}}, "settings/q"),
        ({"kind": "funnel", "settings": {"rows": 3}}, "settings/rows"),
        ({"kind": "forecast", "settings": {"period": "soon"}}, "settings/period"),
    ],
)  # fmt: skip
def test_a_panel_is_read_by_its_kind(given: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_panel(given, {"rate"})
    assert list(refused.value.message_dict) == [place]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_as_usual(kind: str) -> None:
    needed = {each.name: "rate" for each in KINDS[kind].settings if each.required}
    found = read_panel({"kind": kind, "settings": needed}, {"rate"})
    assert found["title"] == KINDS[kind].title and found["width"] == KINDS[kind].width
    assert found["settings"] == {**KINDS[kind].defaults(), **needed}


def test_a_dashboard_is_made_with_its_panels() -> None:
    owner, dashboard = titled("One", "Two")
    assert (dashboard.key, dashboard.version, order(dashboard)) == ("sales", 1, [(1, "One"), (2, "Two")])
    assert create_dashboard(owner, name="Sales").key == "sales-2"
    assert create_dashboard(owner, name="Delivery").key == "delivery-2"
    assert create_dashboard(owner, name="2027").key == "dashboard-2027"
    event = AuditEvent.objects.filter(object_kind="dashboard", object_key="sales").get()
    assert event.after["panels"][0]["settings"] == {"text": "Hello."}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"name": ""}, "name"), ({"name": "A", "key": "new"}, "key"), ({"name": "A", "key": "leadership"}, "key"),
        ({"name": "A", "key": "Ä"}, "key"), ({"name": "A", "team": "x" * 81}, "team"), ({"name": "A", "x": 1}, "x"),
        ({"name": "A", "panels": {}}, "panels"), ({"name": "A", "panels": [TEXT] * (MOST_PANELS + 1)}, "panels"),
        ({"name": "A", "panels": [TEXT, {"kind": "text"}]}, "panels/1/settings/text"),
        ({"name": "A", "panels": ["text"]}, "panels/0"), ({"name": "A", "key": "sales"}, "key"),
    ],
)  # fmt: skip
def test_a_dashboard_that_makes_no_sense_is_refused(given: dict[str, Any], place: str) -> None:
    owner, _ = titled()
    with pytest.raises(ValidationError) as refused:
        create_dashboard(owner, **given)
    assert list(refused.value.message_dict) == [place]
    assert Dashboard.objects.count() == 1


def test_panels_are_replaced_as_a_whole_and_by_version() -> None:
    owner, dashboard = titled("One", "Two")
    edited = edit_dashboard(owner, dashboard, {"panels": [{**TEXT, "title": "Three"}]}, expected_version=1)
    assert (edited.version, order(dashboard)) == (2, [(1, "Three")])
    with pytest.raises(VersionConflict):
        edit_dashboard(owner, dashboard, {"name": "Other"}, expected_version=1)
    assert edit_dashboard(owner, dashboard, {"name": "Sales"}).version == 2, "nothing changed"
    assert edit_dashboard(owner, dashboard, {"team": "North"}).team == "North"


def test_panels_move_one_place_at_a_time() -> None:
    owner, dashboard = titled("One", "Two", "Three")
    move_panel(owner, panel(dashboard, "Three"), "earlier")
    assert order(dashboard) == [(1, "One"), (2, "Three"), (3, "Two")]
    move_panel(owner, panel(dashboard, "One"), "earlier")
    move_panel(owner, panel(dashboard, "Two"), "later")
    assert order(dashboard) == [(1, "One"), (2, "Three"), (3, "Two")]
    move_panel(owner, panel(dashboard, "One"), "later")
    assert [title for _, title in order(dashboard)] == ["Three", "One", "Two"]
    dashboard.refresh_from_db()
    assert dashboard.version == 3, "what did not move is no change"


def test_a_removed_panel_comes_back_where_it_was() -> None:
    owner, dashboard = titled("One", "Two", "Three")
    gone = panel(dashboard, "Two")
    remove_panel(owner, gone)
    remove_panel(owner, gone)
    assert order(dashboard) == [(1, "One"), (2, "Three")]
    move_panel(owner, gone, "earlier")
    remove_panel(owner, gone, removed=False)
    assert order(dashboard) == [(1, "One"), (2, "Two"), (3, "Three")]
    remove_panel(owner, panel(dashboard, "Three"))
    remove_panel(owner, panel(dashboard, "One"))
    remove_panel(owner, panel(dashboard, "Three"), removed=False)
    assert order(dashboard) == [(1, "Two"), (2, "Three")], "as near to its place as there is"


def test_few_removed_panels_are_kept_and_always_the_last() -> None:
    owner, dashboard = titled(*(str(number) for number in range(14)))
    for number in range(13, -1, -1):
        remove_panel(owner, panel(dashboard, str(number)))
        remove_panel(owner, panel(dashboard, str(number)), removed=False)
        remove_panel(owner, panel(dashboard, str(number)))
    assert Panel.objects.filter(dashboard=dashboard).count() == 11
    assert panel(dashboard, "0").position is None


def test_panels_are_added_and_changed_and_keep_their_kind() -> None:
    owner, dashboard = titled()
    create_kpi(owner, name="Rate")
    made = add_panel(owner, dashboard, {"kind": "kpi_tile", "settings": {"kpi": "rate"}})
    assert (made.position, made.title, made.settings["since"]) == (1, "KPI", "before")
    edited = edit_panel(owner, made, {"title": "Rate", "width": 2, "settings": {"kpi": "rate", "since": "year"}})
    assert (edited.title, edited.width, edited.settings) == ("Rate", 2, {"kpi": "rate", "since": "year"})
    actions = AuditEvent.objects.filter(object_kind="dashboard panel").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["add", "edit"]
    for _ in range(MOST_PANELS - 1):
        add_panel(owner, dashboard, TEXT)
    with pytest.raises(ValidationError):
        add_panel(owner, dashboard, TEXT)


def test_a_copy_of_what_ships_can_be_changed() -> None:
    owner = make_workspace()
    made = copy_dashboard(owner, SHIPPED["leadership"])
    assert (made.name, made.key) == ("Leadership copy", "leadership-copy")
    found = composed_of(owner, made.key)
    shipped = SHIPPED["leadership"].panels
    assert [(each.kind, each.title, each.settings) for each in found.panels] == [
        (each.kind, each.title, each.settings) for each in shipped
    ]
    assert all(each.id for each in found.panels) and not found.is_shipped
    archive_dashboard(owner, made)
    assert composed_of(owner, made.key).archived
    assert not archive_dashboard(owner, made, archived=False).archived_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 5}, {"width": 0}, {"title": ""}, {"position": None}, {"removed_from": 1},
    ],
)  # fmt: skip
def test_the_database_refuses_panels_that_make_no_sense(wrong: dict[str, Any]) -> None:
    _owner, dashboard = titled("One")
    with pytest.raises(IntegrityError), transaction.atomic():
        Panel.objects.filter(dashboard=dashboard).update(**wrong)


def test_two_panels_share_no_place_at_the_end_of_a_transaction() -> None:
    _owner, dashboard = titled("One", "Two")
    Panel.objects.filter(dashboard=dashboard).update(position=1)
    with pytest.raises(IntegrityError):
        connection.check_constraints()


@pytest.mark.parametrize("wrong", [{"key": "A b"}, {"name": ""}, {"version": 0}])
def test_the_database_refuses_dashboards_that_make_no_sense(wrong: dict[str, Any]) -> None:
    _owner, dashboard = titled()
    with pytest.raises(IntegrityError), transaction.atomic():
        Dashboard.objects.filter(pk=dashboard.pk).update(**wrong)
