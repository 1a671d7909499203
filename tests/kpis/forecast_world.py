"""An initiative whose readiness has a date: tasks with a past, and an estimate of everything else in its way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from kpis.services.forecasts import estimate_check
from mltrack.accounts.access import Principal
from projects.models import Initiative, Task
from tests.kpis.world import judged


def add_task(initiative: Initiative, status: str = "todo", **fields: Any) -> Task:
    """Add a task as an import would, with moments of its own."""
    last = Task.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0
    values = {"title": "A task", "rank": "n", "created_at": timezone.now(), **fields}
    return Task.objects.create(initiative=initiative, number=last + 1, status=status, **values)


def add_history(initiative: Initiative, per_week: int = 2, weeks: int = 14) -> None:
    """Add so many tasks a week, done a day after their start."""
    now = timezone.now()
    for week in range(1, weeks + 1):
        for _ in range(per_week):
            at = now - timedelta(weeks=week)
            moments = {"created_at": at - timedelta(days=2), "started_at": at - timedelta(days=1), "done_at": at}
            add_task(initiative, "done", **moments)


def estimate_rest(owner: Principal, initiative: Initiative, days: int = 10, leave: tuple[str, ...] = ()) -> list[str]:
    """Estimate whatever is in the way for one day, and return the checks."""
    day = (timezone.now() + timedelta(days=days)).date()
    checks = [each["check"] for each in judged(initiative).document["blockers"] if each["check"] not in leave]
    for check in checks:
        estimate_check(owner, initiative, check=check, earliest=day, likely=day, latest=day)
    return checks


def in_weeks(weeks: int, now: datetime | None = None) -> Any:
    """Return the day so many weeks after today."""
    return ((now or timezone.now()) + timedelta(weeks=weeks)).date()
