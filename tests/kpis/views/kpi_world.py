"""KPIs with a goal and readings, and the addresses of their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from kpis.models import KPI
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from tests.kpis.views.conftest import browser


def make_kpi(maker: Principal, values: tuple[float, ...] = (12.0, 11.0, 10.0), **fields: Any) -> KPI:
    """Return a KPI, lower is better, from 12 to 8, half of its time over, with one reading a week until now."""
    now = timezone.now()
    goal = {"baseline": 12.0, "target": 8.0, "start": now.date() - timedelta(days=50)}
    given = {"direction": "lower", "unit": "%", "due": now.date() + timedelta(days=50), **goal, **fields}
    kpi = create_kpi(maker, **{"name": "Churn rate", **given})
    if values:
        times = [now - timedelta(weeks=len(values) - 1 - place) for place in range(len(values))]
        record_readings(kpi, {"times": times, "values": list(values)})
    return kpi


def home(owner: Principal, rest: str = "") -> str:
    """Return an address in the workspace."""
    return f"/w/{owner.workspace.key}/{rest}"


def text(answer: Any) -> str:
    """Return the text of an answer."""
    found: str = answer.content.decode()
    return found


def get(person: Principal, path: str, **headers: str) -> HttpResponse:
    """Return what a person gets."""
    answer: Any = browser(person).get(path, headers=headers)
    return answer  # type: ignore[no-any-return]


def post(person: Principal, path: str, data: dict[str, Any], **headers: str) -> HttpResponse:
    """Return the answer to what a person sends."""
    answer: Any = browser(person).post(path, data, headers=headers)
    return answer  # type: ignore[no-any-return]
