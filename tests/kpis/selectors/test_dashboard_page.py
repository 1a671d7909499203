"""What panels show: each kind with data and without, filtered, in a range, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import Panel
from kpis.scoring.dashboards.arrivals import chance_of
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.selectors.dashboard_page import DashboardPage, dashboard_page
from kpis.selectors.dashboards import dashboard_list
from kpis.services.contributions import set_contribution
from kpis.services.dashboards import archive_dashboard, create_dashboard
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import archive_kpi, create_kpi
from mltrack.accounts.access import Principal
from projects.models import Initiative
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.dashboard_world import every_kind, fill_workspace, measured_kpi
from tests.kpis.portfolio_world import told
from tests.kpis.world import judged

pytestmark = pytest.mark.django_db


def data_of(page: DashboardPage) -> dict[str, Any]:
    """Return the data of panels by kind."""
    return {each.kind: each.data for each in page.panels}


def one(owner: Principal, kind: str, query: dict[str, str] | None = None, **settings: Any) -> Any:
    """Return the data of one panel alone."""
    made = create_dashboard(owner, name="One", panels=[{"kind": kind, "settings": settings}])
    return dashboard_page(owner, made.key, query or {}).panels[0].data


@pytest.fixture
def full() -> Principal:
    """The owner of a workspace where everything has something to show."""
    owner = make_workspace()
    fill_workspace(owner)
    every_kind(owner)
    return owner


def test_every_kind_shows_what_there_is(full: Principal) -> None:
    page = dashboard_page(full, "everything", {})
    found = data_of(page)
    assert not any(each.problem for each in page.panels)
    # Of the way from 10 to 0 half is expected by now: at 9.5 it is 45 points behind.
    tile = found["kpi_tile"]
    assert (tile.row.state, tile.delta, tile.against, tile.tone) == ("behind", "−0.5\u202f%", "the baseline", "ok")
    assert round(tile.row.gap, 2) == -0.45 and tile.row.owner == str(full.user)
    assert len(found["kpi_chart"].rows) == 2 and found["kpi_chart"].detail.goals
    board = found["kpi_board"]
    assert [each.key for each in board.rows] == ["churn", "kept", "calls"]
    assert board.says == "1 behind pace of 3 KPIs: Churn."
    doing = board.rows[0].doing
    assert (doing.words, doing.initiative, doing.health) == ("Ask the north.", "SOON", "at_risk")
    assert board.rows[0].initiatives == ("SOON",) and board.rows[2].doing is None
    assert {each.key for each in found["initiatives"].rows} == {"LIVE", "SOON", "GONE"}
    assert found["funnel"].n == 3 and found["funnel"].stages[-1].entered == 1
    assert found["incidence"].curve and "Of 3 initiatives begun" in found["incidence"].says
    assert {each.key for each in found["warnings"].rows} == {"LIVE"}, "its KPI has no owner"
    forecast = found["forecast"].rows
    assert [each.key for each in forecast] == ["SOON"] and forecast[0].p50 and forecast[0].p85
    assert forecast[0].chance == chance_of(False, forecast[0].p50, forecast[0].p85, page.range.last)
    delivery = found["delivery"]
    assert delivery.says.startswith("2 tasks done a week") and delivery.p50 == 1.0
    assert [(each.key, each.title, each.days) for each in delivery.ageing] == [("SOON-29", "Look", 9)]
    assert [(each.name, each.tasks, each.done, each.days_left) for each in delivery.sprints] == [("Now", 1, 0, 5)]
    value = found["value"].rows
    assert [(each.initiative, each.kpi, each.standing, each.grade) for each in value] == [
        ("LIVE", "kept", "moved", "B")
    ]
    assert "9 people-weeks" in value[0].cost and "9 people-weeks" in found["value"].says
    assert found["text"].text == "What **this** is about."


def test_every_kind_says_that_there_is_nothing() -> None:
    owner = make_workspace()
    create_kpi(owner, name="Churn", key="churn")
    every_kind(owner)
    page = dashboard_page(owner, "everything", {})
    found = data_of(page)
    assert found["kpi_tile"].row.state == "no_data" and found["kpi_tile"].delta == ""
    assert found["kpi_chart"] is None
    assert [each.problem for each in page.panels if each.problem] == ["Churn has no readings yet."]
    assert found["kpi_board"].says == "None of 1 KPI is behind its pace; 1 without readings."
    assert found["initiatives"].says == "No initiative fits."
    assert found["funnel"].says == "No initiative has begun."
    assert found["incidence"].says == "No initiative has a known beginning yet." and found["incidence"].curve is None
    assert found["warnings"].says == "Nothing to warn of."
    assert found["forecast"].says.startswith("Nothing is forecast or due to be ready by ")
    assert found["delivery"].says == "No full week of history yet." and found["delivery"].sprints == ()
    assert found["value"].says == "Nobody asked yet what was moved. No costs are noted."


def test_a_filter_of_the_page_joins_that_of_the_panel(full: Principal) -> None:
    narrowed = data_of(dashboard_page(full, "everything", {"q": "live"}))
    assert [each.key for each in narrowed["initiatives"].rows] == ["LIVE"]
    assert [each.key for each in narrowed["kpi_board"].rows] == ["kept"]
    assert narrowed["funnel"].n == 1 and narrowed["delivery"].ageing == () and narrowed["kpi_tile"].row.key == "churn"
    assert one(full, "initiatives", {"q": "live"}, q="soon").total == 0
    wrong = dashboard_page(full, "everything", {"q": "colour:red"})
    assert wrong.error.startswith("“colour” is no filter word") and data_of(wrong)["initiatives"].total == 3


@pytest.mark.parametrize("name", ["last-year", "year"])
def test_a_range_narrows_charts_and_what_is_forecast(full: Principal, name: str) -> None:
    monday = timezone.now().date() - timedelta(days=timezone.now().weekday())
    then = dashboard_page(full, "everything", {"range": name})
    inside = [day for day in (monday - timedelta(weeks=1), monday) if then.range.holds(day)]
    chart = data_of(then)["kpi_chart"]
    assert len(chart.rows if chart else ()) == len(inside)
    # LIVE came to production 300 days ago; SOON is due today.
    lived = then.range.holds(timezone.now().date() - timedelta(days=300))
    expected = [key for key, there in (("LIVE", lived), ("SOON", name == "year")) if there]
    assert [each.key for each in data_of(then)["forecast"].rows] == expected


def test_what_is_due_without_a_forecast_is_told() -> None:
    owner = make_workspace()
    today = timezone.now().date()
    judged(make_initiative(owner, "DUE", target_date=today))
    judged(make_initiative(owner, "LATER", target_date=today + timedelta(days=800)))
    told(owner, "LIVE", (("framing", 9), ("production", 0)))
    paused = make_initiative(owner, "PAUSED", target_date=today)
    Initiative.objects.filter(pk=paused.pk).update(state="paused")
    found = one(owner, "forecast")
    assert [(each.key, each.chance) for each in found.rows] == [("LIVE", "arrived"), ("DUE", "untold")]
    assert "1 reached production, 1 due without a forecast. Most often in the way: No candidate yet (1)." in found.says
    assert one(owner, "forecast", period="last-year").total == 0
    assert len(one(owner, "forecast", rows=1).rows) == 1


def test_a_board_of_what_needs_attention(full: Principal) -> None:
    assert [each.key for each in one(full, "kpi_board", only="attention").rows] == ["churn"]
    assert len(one(full, "kpi_board", rows=1).rows) == 1
    # A later note is the newer word.
    kpi = full.workspace.kpis.get(key="churn")
    write_note(full, kpi, day=timezone.now().date() + timedelta(days=1), text="Called them.")
    doing = one(full, "kpi_board").rows[0].doing
    assert (doing.words, doing.initiative, doing.health) == ("Called them.", "", "")


def test_what_is_gone_or_unknown_is_said(full: Principal) -> None:
    archive_kpi(full, full.workspace.kpis.get(key="churn"))
    Panel.objects.filter(kind="text").update(kind="hologram")
    page = dashboard_page(full, "everything", {})
    problems = {each.kind: each.problem for each in page.panels if each.problem}
    gone = "The KPI churn is put away, or gone."
    unknown = "This version does not know this kind of panel."
    assert problems == {"kpi_tile": gone, "kpi_chart": gone, "hologram": unknown}


def test_strangers_see_what_ships_of_their_own_and_nothing_else(full: Principal) -> None:
    stranger = make_stranger()
    with pytest.raises(Http404):
        dashboard_page(stranger, "everything", {})
    found = data_of(dashboard_page(stranger, "leadership", {}))
    assert found["kpi_board"].total == found["forecast"].total == found["value"].total == 0


def test_the_list_has_what_ships_first(full: Principal) -> None:
    assert [each.key for each in dashboard_list(full).rows] == [*SHIPPED, "everything"]
    create_dashboard(full, name="Away", team="Aaa")
    assert [each.key for each in dashboard_list(full).rows][3:] == ["everything", "away"]
    archive_dashboard(full, full.workspace.dashboards.get(key="away"))
    assert dashboard_list(full).others == 1
    assert [each.key for each in dashboard_list(full, archived=True).rows] == ["away"]


@pytest.mark.parametrize(
    ("key", "most", "kept"),
    [("leadership", 11, 1), ("portfolio-health", 14, 11), ("delivery", 7, 5), ("everything", 31, 21)],
)
def test_queries_do_not_grow(full: Principal, key: str, most: int, kept: int) -> None:
    counts = []
    for more in (0, 8):
        for number in range(more):
            kpi = measured_kpi(full, f"More {number}", [10, 9.9, 9.8])
            initiative = make_initiative(full, f"MORE-{number}", target_date=timezone.now().date())
            set_contribution(full, initiative, kpi)
            judged(initiative)
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                dashboard_page(full, key, {})
            counts.append(len(queries))
    assert counts == [most, kept, most, kept]
