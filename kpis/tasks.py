"""Jobs of judgement: each is a service with a time limit, safe to run twice."""

from __future__ import annotations

from celery import shared_task

from kpis.services.retention import drop_old_snapshots
from kpis.services.snapshots import due_initiatives, judge_initiative
from projects.services.evaluations import sum_up
from projects.services.retention import drop_old_attempts, drop_old_cases


@shared_task(name="kpis.tasks.judge", time_limit=120, soft_time_limit=110)
def judge(initiative_id: int) -> None:
    """Judge one initiative if it is due."""
    judge_initiative(initiative_id)


@shared_task(name="kpis.tasks.sweep_judgements", time_limit=60, soft_time_limit=50)
def sweep_judgements() -> None:
    """Wake the judgement of whatever is due: messages may be lost, rows are not."""
    for initiative_id in due_initiatives():
        judge.delay(initiative_id)


@shared_task(name="kpis.tasks.tidy", time_limit=300, soft_time_limit=280)
def tidy() -> None:
    """Drop pulls, cases and judgements that are past their time, and sum up evaluations of before; some each hour."""
    sum_up()
    drop_old_attempts()
    drop_old_cases()
    drop_old_snapshots()
