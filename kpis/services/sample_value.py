"""What the sample tells of value: an experiment, costs, a decision, estimates, and initiatives of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kpis.models import KPI
from kpis.models.realised import Method
from kpis.samples.past import PROBLEM, past
from kpis.services.experiments import record_experiment
from kpis.services.forecasts import estimate_check
from kpis.services.results import keep_result
from kpis.services.value import add_cost, decide_value
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.initiatives import archive_initiative, change_stage, create_initiative, post_update


def tell_value(principal: Principal, initiative: Initiative, text: Mapping[str, Any], now: datetime) -> None:
    """Keep what a story says of its worth; days are counted from `now`, those before it as `…_ago`."""
    today = now.date()
    if "experiment" in text:
        kpi = KPI.objects.get(workspace=principal.workspace, key=text["kpi"]["key"])
        measured, _ = record_experiment(principal, initiative, kpi, **_dated(text["experiment"], today))
        keep_result(principal, initiative, kpi, method=Method.EXPERIMENT, experiment=measured.public_id)
    for cost in text.get("costs", ()):
        add_cost(principal, initiative, **_dated(cost, today))
    if "decision" in text:
        review = today + timedelta(days=text["decision"]["review_in_days"])
        known = {name: text["decision"][name] for name in ("decision", "reason")}
        decide_value(principal, initiative, **known, review_on=review)


def say(principal: Principal, initiative: Initiative, text: Mapping[str, Any]) -> None:
    """Post what a person of the story says of it, with the health they declare."""
    post_update(principal, initiative, **text["update"])


def estimate_checks(principal: Principal, initiative: Initiative, text: Mapping[str, Any], now: datetime) -> None:
    """Estimate when checks of a story will pass: earliest, most likely and latest, in days from `now`."""
    for check, days in text.get("estimates", {}).items():
        earliest, likely, latest = (now.date() + timedelta(days=each) for each in days)
        estimate_check(principal, initiative, check=check, earliest=earliest, likely=likely, latest=latest)


def tell_past(principal: Principal, now: datetime) -> None:
    """Make the initiatives of the past whose key nobody uses, and put them away."""
    taken = set(Initiative.objects.filter(workspace=principal.workspace).values_list("key", flat=True))
    for each in past():
        if each.key in taken:
            continue
        initiative = create_initiative(principal, key=each.key, name=each.name, problem=PROBLEM)
        for move in each.moves(now):
            state = {"state": "cancelled", "reason": move.reason} if move.reason else {}
            change_stage(principal, initiative, stage=move.stage, at=move.at, note="Sample", **state)
        archive_initiative(principal, initiative)


def _dated(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return what is told, with days in the place of how long ago they were."""
    days = {name: today - timedelta(days=told[f"{name}_ago"]) for name in ("starts_on", "ends_on")}
    return {**{name: value for name, value in told.items() if not name.endswith("_ago")}, **days}
