"""A workspace in which every kind of panel has something to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from kpis.models import Dashboard
from kpis.scoring.dashboards.kinds import KINDS
from kpis.services.contributions import set_contribution
from kpis.services.dashboards import create_dashboard
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from kpis.services.value import add_cost
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.initiatives import post_update
from projects.services.sprints import create_sprint
from tests.factories import make_initiative
from tests.kpis.forecast_world import add_history, add_task, estimate_rest
from tests.kpis.portfolio_world import LIVE, STOPPED, told
from tests.kpis.realised_world import stepped
from tests.kpis.world import judged

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "kpi_tile": {"kpi": "churn", "since": "baseline"},
    "kpi_chart": {"kpi": "churn"},
    "text": {"text": "What **this** is about."},
}


def measured_kpi(principal: Principal, name: str, values: list[float], **fields: Any) -> Any:
    """Return a KPI of the last weeks, from 10 on the way to 0 over a year that is half over."""
    today = timezone.now().date()
    usual = {"direction": "lower", "baseline": 10, "target": 0, "unit": "%"}
    days = {"start": today - timedelta(days=182), "due": today + timedelta(days=182)}
    kpi = create_kpi(principal, name=name, **{**usual, **days, **fields})
    monday = timezone.now() - timedelta(days=today.weekday())
    rows = [{"time": monday - timedelta(weeks=len(values) - n), "value": value} for n, value in enumerate(values, 1)]
    record_readings(kpi, rows, principal)
    return kpi


def fill_workspace(owner: Principal, mark: str = "") -> Initiative:
    """Fill it: a KPI that is behind and one that is ahead, an initiative with a forecast, histories, work, and value.

    `mark` stands in every text.
    """
    behind = measured_kpi(owner, f"Churn{mark}", [10, 9.5], key="churn", owner=owner.user)
    measured_kpi(owner, f"Calls{mark}", [9, 1], key="calls")
    initiative = make_initiative(owner, "SOON", name=f"Soon{mark}", target_date=timezone.now().date())
    set_contribution(owner, initiative, behind, expected=-2)
    post_update(owner, initiative, health="at_risk", text=f"Late.{mark}", next_steps=f"Ask the **north**.{mark}")
    write_note(owner, behind, day=timezone.now().date() - timedelta(days=30), text=f"A campaign.{mark}")
    add_history(initiative)
    add_task(initiative, "doing", title=f"Look{mark}", started_at=timezone.now() - timedelta(days=9))
    today = timezone.now().date()
    sprint = create_sprint(owner, name=f"Now{mark}", starts_on=today, ends_on=today + timedelta(days=4))
    add_task(initiative, "todo", title=f"Label{mark}", sprint=sprint)
    estimate_rest(owner, initiative)
    judged(initiative)
    world = stepped(owner, told(owner, "LIVE", LIVE), name=f"Kept{mark}")
    keep_result(owner, world.initiative, world.kpi, method="did", since=world.since, control_segment="north")
    add_cost(owner, world.initiative, kind="people", starts_on="2026-01-01", ends_on="2026-03-31", weeks=9, amount=30)
    told(owner, "GONE", STOPPED, reason="data")
    return initiative


def every_kind(owner: Principal, **settings: Any) -> Dashboard:
    """Return a dashboard with a panel of each kind."""
    panels = [{"kind": kind, "settings": {**SETTINGS.get(kind, {}), **settings.get(kind, {})}} for kind in KINDS]
    return create_dashboard(owner, name="Everything", panels=panels)
