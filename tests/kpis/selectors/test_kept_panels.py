"""What is kept of panels: never shown where anything that it rests on has changed, whoever changed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from sqlglot import exp, parse_one

from kpis.models import Contribution, KpiNote
from kpis.scoring.dashboards.kinds import KINDS as EVERY_KIND
from kpis.selectors import kept_analysis, kept_panels, kept_standings
from kpis.selectors.dashboard_page import DashboardPage, dashboard_page
from kpis.selectors.row_versions import TABLES
from kpis.services.contributions import set_contribution
from kpis.services.dashboards import create_dashboard
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import archive_kpi, edit_kpi
from kpis.services.readings import record_readings
from kpis.services.value import add_cost
from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from projects.models import Initiative
from projects.services.initiatives import archive_initiative, change_stage, edit_initiative
from tests.factories import make_initiative, make_workspace
from tests.kpis.dashboard_world import SETTINGS, every_kind, fill_workspace
from tests.kpis.world import judged

pytestmark = pytest.mark.django_db

QUARTER = kept_standings.quarter_of(datetime.now(UTC))
FILTERS = (
    "",
    "soon",
    "verdict:ready,unknown health:no-data stage:framing -state:paused criticality:standard",
    "owner:@me",
    "owner:ann",
    "kpi:churn",
    "accuracy:>=0 coverage:<100",
    "is:overdue",
    "is:archived",
    "is:no-longer-ready",
)


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No quarter of an hour ends within a test."""
    monkeypatch.setattr(timezone, "now", lambda: QUARTER)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    for each in (kept_panels, kept_standings, kept_analysis):
        each._kept.cache_clear()


@pytest.fixture
def full() -> Principal:
    owner = make_workspace()
    fill_workspace(owner)
    every_kind(owner)
    return owner


def shown(owner: Principal, key: str = "everything", q: str = "") -> dict[str, Any]:
    return {each.kind: each.data for each in dashboard_page(owner, key, {"q": q}).panels}


def tables_of(statement: str) -> set[str]:
    found = parse_one(statement, read="postgres").find_all(exp.Table)
    return {each.name for each in found} & set(connection.introspection.table_names())


@pytest.mark.parametrize("kind", sorted(kept_panels.KINDS))
def test_every_table_that_is_read_is_watched(full: Principal, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    # Prepared statements would hide their tables.
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    create_dashboard(full, name="One", panels=[{"kind": kind, "settings": SETTINGS.get(kind, {})}])
    watched = TABLES if kind == kept_panels.BOARD else kept_panels._OTHERS
    for q in FILTERS:
        forget()
        with CaptureQueriesContext(connection) as queries:
            page = dashboard_page(full, "one", {"q": q})
        assert not page.error and page.panels[0].data is not None
        read = set().union(*(tables_of(each["sql"]) for each in queries.captured_queries))
        assert read - {"kpis_dashboard", "kpis_panel"} <= watched, f"filtered by {q}"


def test_every_kind_is_kept_or_named_here() -> None:
    assert set(EVERY_KIND) - kept_panels.KINDS == {"kpi_tile", "kpi_chart", "warnings", "delivery", "text"}


def test_nothing_is_read_twice(full: Principal) -> None:
    first = dashboard_page(full, "leadership", {})
    with CaptureQueriesContext(connection) as queries:
        again = dashboard_page(full, "leadership", {})
    assert len(queries) == 1
    assert [each.data is before.data for each, before in zip(again.panels, first.panels)] == [True] * len(first.panels)


def soon(owner: Principal) -> Initiative:
    return Initiative.objects.get(workspace=owner.workspace, key="SOON")


DEEDS: dict[str, Callable[[Principal], object]] = {
    "rename an initiative": lambda owner: edit_initiative(owner, soon(owner), {"name": "Sooner"}),
    "add an initiative": lambda owner: make_initiative(owner, "NEW"),
    "judge": lambda owner: judged(make_initiative(owner, "JUDGED")),
    "put an initiative away": lambda owner: archive_initiative(owner, soon(owner)),
    "move": lambda owner: change_stage(owner, soon(owner), stage="modeling"),
    "stop": lambda owner: change_stage(owner, soon(owner), state="cancelled", reason="value"),
    "say a word": lambda owner: write_note(
        owner, owner.workspace.kpis.get(key="churn"), day=QUARTER.date() + timedelta(days=1), text="Called them."
    ),
    "say a word of another day": lambda owner: KpiNote.objects.all().update(day=QUARTER.date() + timedelta(days=1)),
    "record a reading": lambda owner: record_readings(
        owner.workspace.kpis.get(key="churn"), {"times": [QUARTER.isoformat()], "values": [1.0]}
    ),
    "rename a KPI": lambda owner: edit_kpi(owner, owner.workspace.kpis.get(key="churn"), {"name": "Leavers"}),
    "put a KPI away": lambda owner: archive_kpi(owner, owner.workspace.kpis.get(key="churn")),
    "expect more": lambda owner: set_contribution(
        owner, soon(owner), owner.workspace.kpis.get(key="calls"), expected=-3
    ),
    "expect nothing": lambda owner: Contribution.objects.all().delete(),
    "spend": lambda owner: add_cost(
        owner,
        Initiative.objects.get(workspace=owner.workspace, key="LIVE"),
        kind="people",
        starts_on="2026-01-01",
        ends_on="2026-02-01",
        weeks=2,
        amount=70,
    ),
    "rename a person": lambda owner: User.objects.all().update(name="Ann Other"),
    "change the currency": lambda owner: Workspace.objects.all().update(currency="JPY"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_every_change_is_shown_at_once(full: Principal, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    before = shown(full)
    monkeypatch.setattr(timezone, "now", lambda: QUARTER + timedelta(minutes=5))
    DEEDS[deed](full)
    full.workspace.refresh_from_db()
    told = shown(full)
    forget()
    fresh = shown(full)
    assert {kind: told[kind] == fresh[kind] for kind in kept_panels.KINDS} == dict.fromkeys(kept_panels.KINDS, True)
    assert any(before[kind] != fresh[kind] for kind in kept_panels.KINDS), "The deed changes nothing: it shows nothing"


def test_days_pass(full: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    today = shown(full)["forecast"]
    assert [each.key for each in today.rows] == ["SOON"]
    monkeypatch.setattr(timezone, "now", lambda: QUARTER + timedelta(days=200))
    assert shown(full)["forecast"].last > today.last


def test_persons_workspaces_and_filters_are_kept_apart(full: Principal) -> None:
    other = make_workspace(name="Elsewhere")
    assert shown(full, q="owner:@me")["initiatives"].total == 3
    assert shown(Principal(full.workspace, "viewer"), q="owner:@me")["initiatives"].total == 0
    assert shown(other, "leadership", "owner:@me")["initiatives"].total == 0
    assert shown(full)["initiatives"].total == 3
    assert shown(other, "leadership")["initiatives"].total == 0


def test_who_waits_is_asked_for_every_time(full: Principal) -> None:
    assert shown(full, q="is:pending")["initiatives"] is not shown(full, q="is:pending")["initiatives"]
    assert shown(full)["initiatives"] is shown(full)["initiatives"]


def test_a_panel_is_drawn_once_for_each_reader(full: Principal) -> None:
    def drawn(page: DashboardPage) -> str:
        return Template("{% load dashboards %}{% panel_body panel %}").render(
            Context({"page": page, "panel": next(each for each in page.panels if each.kind == "initiatives")})
        )

    page = dashboard_page(full, "everything", {})
    first = drawn(page)
    panel = next(each for each in dashboard_page(full, "everything", {}).panels if each.kind == "initiatives")
    assert panel.drawn and list(panel.drawn.values()) == [first]
    shared = drawn(DashboardPage(**{**fields_of(page), "is_shared": True}))
    assert "<a " in first and "<a " not in shared
    assert drawn(page) == first


def fields_of(page: DashboardPage) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page.__dataclass_fields__}
