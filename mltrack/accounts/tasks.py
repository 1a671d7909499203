"""Jobs of accounts."""

from __future__ import annotations

from celery import shared_task

from mltrack.accounts.services.tidy import tidy_requests


@shared_task(name="mltrack.accounts.tasks.tidy", time_limit=120, soft_time_limit=110)
def tidy() -> None:
    """Drop stored answers and counters that are past their time."""
    tidy_requests()
