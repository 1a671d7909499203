"""A KPI with a year of weeks and a step of 8 that an initiative made in one of its segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from kpis.models import KPI, ExperimentResult
from kpis.services.contributions import set_contribution
from kpis.services.experiments import record_experiment
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from projects.models import Initiative
from tests.kpis.scoring.realised.series import following

WEEKS, STEP_AT, STEP = 60, 45, 8.0
TRIAL: dict[str, Any] = {
    "name": "Calls by score",
    "outcome": "shares",
    "treated_n": 1000,
    "treated": 560.0,
    "control_n": 1000,
    "control": 480.0,
    "starts_on": "2026-01-05",
    "ends_on": "2026-02-01",
}


def monday(week: int) -> date:
    """Return the first day of a week of the history; the last one is the week before this."""
    today = timezone.now().date()
    return today - timedelta(days=today.weekday() + 7 * (WEEKS - week))


@dataclass(frozen=True)
class Stepped:
    """An initiative, the KPI that it moved, and the day on which it did."""

    owner: Principal
    initiative: Initiative
    kpi: KPI
    since: date


def stepped(owner: Principal, initiative: Initiative, key: str = "kept", **fields: Any) -> Stepped:
    """Record 60 weeks of a KPI (around 50, from week 45 on 58) and of its segment `north`, which nothing reached."""
    given = {"name": "Customers kept", "unit": "%", "direction": "higher", "baseline": 50, "target": 60, **fields}
    kpi = create_kpi(owner, key=key, **given)
    times = [monday(week).isoformat() for week in range(WEEKS)]
    steps = STEP * (np.arange(WEEKS) >= STEP_AT)
    for seed, segment, values in ((5, "", 50 + steps), (7, "north", np.full(WEEKS, 48.0))):
        noisy = [float(each) for each in values + following(np.random.default_rng(seed), WEEKS, 0.2)]
        columns = {"times": times, "values": noisy, "segments": [segment] * WEEKS}
        record_readings(kpi, columns, owner)
    set_contribution(owner, initiative, kpi, expected=6.0, how="Calls.")
    return Stepped(owner, initiative, kpi, monday(STEP_AT))


def trial(world: Stepped, **fields: Any) -> ExperimentResult:
    """Record an experiment in which 56 % of the treated and 48 % of the others stayed."""
    return record_experiment(world.owner, world.initiative, world.kpi, **{**TRIAL, **fields})[0]
