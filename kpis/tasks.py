"""Jobs of judgement: each is a service with a time limit, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from kpis.selectors.due_mails import due_digests, due_notices, due_reminders
from kpis.services.alert_judging import due_alerts, judge_alerts
from kpis.services.alert_mails import send_notice
from kpis.services.answered_questions import asked_of, record_answer
from kpis.services.derived_readings import reckon_kpi
from kpis.services.digests import send_digest
from kpis.services.formula_due import due_formulas
from kpis.services.hook_due import drop_old_hook_deliveries, take_up_broken_off, waiting_hooks
from kpis.services.hook_mails import hooks_to_tell, tell_author
from kpis.services.hook_sending import send_hook
from kpis.services.period_mails import give_up_stuck
from kpis.services.reminders import remind
from kpis.services.retention import drop_old_forecasts, drop_old_snapshots
from kpis.services.shares import drop_old_openings
from kpis.services.snapshots import due_initiatives, judge_initiative
from kpis.services.subscription_due import drop_old_sendings, give_up_broken_off, plan_due, waiting_deliveries
from kpis.services.subscription_sending import send_delivery
from projects.services import pull
from projects.services.evaluations import sum_up
from projects.services.retention import drop_old_attempts, drop_old_cases, drop_old_deliveries


@shared_task(name="kpis.tasks.judge", time_limit=120, soft_time_limit=110)
def judge(initiative_id: int) -> None:
    """Judge one initiative if it is due."""
    judge_initiative(initiative_id)


@shared_task(name="kpis.tasks.pull_readings", time_limit=600, soft_time_limit=570)
def pull_readings(connection_id: int) -> None:
    """Pull the readings and observations of one connection if it is due or asked for."""
    pull.run(connection_id, record_answer, asked_of)


@shared_task(name="kpis.tasks.sweep_judgements", time_limit=60, soft_time_limit=50)
def sweep_judgements() -> None:
    """Wake the judgement of whatever is due: messages may be lost, rows are not."""
    for initiative_id in due_initiatives():
        judge.delay(initiative_id)


@shared_task(name="kpis.tasks.tidy", time_limit=300, soft_time_limit=280)
def tidy() -> None:
    """Drop what is past its time, pulls to forecasts, and sum up evaluations of before; some each hour."""
    sum_up()
    drop_old_attempts()
    drop_old_cases()
    drop_old_deliveries()
    drop_old_snapshots()
    drop_old_forecasts()
    drop_old_openings()
    drop_old_sendings()
    drop_old_hook_deliveries()


@shared_task(name="kpis.tasks.remind_owner", time_limit=60, soft_time_limit=50)
def remind_owner(initiative_id: int) -> None:
    """Remind the owner of one initiative, if an update is due and nobody did."""
    remind(initiative_id)


@shared_task(name="kpis.tasks.mail_digest", time_limit=60, soft_time_limit=50)
def mail_digest(member_id: int) -> None:
    """Send one member the digest, if it is due and nobody did."""
    send_digest(member_id)


@shared_task(name="kpis.tasks.judge_kpi", time_limit=60, soft_time_limit=50)
def judge_kpi(kpi_id: int) -> None:
    """Judge the alerts of one KPI if they are due, and wake the mails of those that open."""
    for notice_id in judge_alerts(kpi_id):
        mail_notice.delay(notice_id)


@shared_task(name="kpis.tasks.sweep_alerts", time_limit=60, soft_time_limit=50)
def sweep_alerts() -> None:
    """Wake the judgement of alerts after new readings, and where time alone changes them, as a missing reading does."""
    for kpi_id in due_alerts():
        judge_kpi.delay(kpi_id)


@shared_task(name="kpis.tasks.reckon", time_limit=120, soft_time_limit=110)
def reckon(kpi_id: int) -> None:
    """Reckon the readings of one derived KPI if they are due."""
    reckon_kpi(kpi_id)


@shared_task(name="kpis.tasks.sweep_formulas", time_limit=60, soft_time_limit=50)
def sweep_formulas() -> None:
    """Wake the reckoning of derived KPIs whose parts changed, and of each once a day."""
    for kpi_id in due_formulas():
        reckon.delay(kpi_id)


@shared_task(name="kpis.tasks.mail_notice", time_limit=60, soft_time_limit=50)
def mail_notice(notice_id: int) -> None:
    """Mail one notice, if nobody did."""
    send_notice(notice_id)


@shared_task(name="kpis.tasks.sweep_mails", time_limit=60, soft_time_limit=50)
def sweep_mails() -> None:
    """Wake what sends the mails that are due: messages may be lost, hours are not."""
    give_up_stuck()
    for initiative_id in due_reminders(timezone.now()):
        remind_owner.delay(initiative_id)
    for member_id in due_digests(timezone.now()):
        mail_digest.delay(member_id)
    for notice_id in due_notices(timezone.now()):
        mail_notice.delay(notice_id)


@shared_task(name="kpis.tasks.deliver_subscription", time_limit=120, soft_time_limit=110)
def deliver_subscription(delivery_id: int) -> None:
    """Send one view to its subscriber, if it waits and nobody else does."""
    send_delivery(delivery_id)


@shared_task(name="kpis.tasks.sweep_subscriptions", time_limit=60, soft_time_limit=50)
def sweep_subscriptions() -> None:
    """Write down what is due, and wake what sends it."""
    give_up_broken_off()
    plan_due()
    for delivery_id in waiting_deliveries():
        deliver_subscription.delay(delivery_id)


@shared_task(name="kpis.tasks.deliver_hook", time_limit=120, soft_time_limit=110)
def deliver_hook(hook_id: int) -> None:
    """Send what is due to one webhook, if nobody else does."""
    send_hook(hook_id)


@shared_task(name="kpis.tasks.mail_hook_author", time_limit=60, soft_time_limit=50)
def mail_hook_author(hook_id: int) -> None:
    """Mail the author of a webhook that paused itself, if nobody did."""
    tell_author(hook_id)


@shared_task(name="kpis.tasks.sweep_hooks", time_limit=60, soft_time_limit=50)
def sweep_hooks() -> None:
    """Take up what broke off, and wake what sends to webhooks and what tells their authors."""
    take_up_broken_off()
    for hook_id in waiting_hooks():
        deliver_hook.delay(hook_id)
    for hook_id in hooks_to_tell():
        mail_hook_author.delay(hook_id)
