"""Judging: gather, judge, keep. The only writer of readiness snapshots."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef
from django.db.models.functions import Now

from kpis.models import EventType, ReadinessSnapshot
from kpis.scoring.document import document_digest, readiness_document
from kpis.scoring.readiness import judge, with_forecast
from kpis.scoring.results import Readiness
from kpis.selectors.judgement import gather
from kpis.selectors.main_kpis import kept_kpis
from kpis.selectors.pending import lapsed_unnoted, waits
from kpis.selectors.summaries import summary_of
from kpis.services.announcements import announce_verdict
from kpis.services.causes import has_news, tell_causes
from kpis.services.check_tasks import keep_check_tasks
from kpis.services.forecasts import keep_forecast
from kpis.services.formula_due import note_facts_of
from kpis.services.hook_events import hears
from kpis.services.label_standings import keep_label_standing
from kpis.services.monitoring import due_monitors, judge_monitors
from kpis.services.readiness_findings import keep_readiness_finding
from mltrack.clock import database_now
from mltrack.failpoints import failpoint
from projects.models import Finding, Initiative, JudgeDue
from projects.services.due import note_due

MOST_ATTEMPTS = 5
AT_ONCE = 500
CLAIM = timedelta(seconds=30)
QUERY_CANCELED = "57014"
log = logging.getLogger(__name__)


def judge_initiative(initiative_id: int) -> ReadinessSnapshot | None:
    """Judge an initiative that is due, and return its newest snapshot; None where nothing is due.

    The attempt is counted before the work, so that a judgement which ends its worker is counted too; after five
    failures it rests until something changes. A note that came in the meantime stays. A database that is away
    raises, and is not counted.
    """
    due = _begin(initiative_id)
    if due is None:
        return None
    failpoint("judge.after_begin")
    try:
        with transaction.atomic():
            judge_monitors(initiative_id)
            snapshot = judge_now(initiative_id)
            JudgeDue.objects.filter(pk=due.pk, stamp=due.stamp).delete()
            failpoint("judge.before_commit")
    except Exception as error:
        if _is_passing(error):
            _take_back(due)
            raise
        # The edge of the judgement: whatever is wrong with one initiative must not stop the others.
        log.exception("Judging initiative %s failed, attempt %s of %s", initiative_id, due.attempts, MOST_ATTEMPTS)
        JudgeDue.objects.filter(pk=due.pk, stamp=due.stamp).update(
            not_before=Now() + timedelta(seconds=2**due.attempts)
        )
        return None
    failpoint("judge.after_commit")
    return snapshot


def judge_pending(initiative: Initiative) -> None:
    """Judge now what waits to be judged of an initiative: what was noted, and what time alone has changed."""
    unnoted = Initiative.objects.filter(waits(), pk=initiative.pk, judge_due=None)
    note_due(list(unnoted.values_list("pk", flat=True)), "time")
    judge_initiative(initiative.pk)


def judge_now(initiative_id: int) -> ReadinessSnapshot:
    """Judge in the caller's transaction, due or not. One judgement of an initiative runs at a time."""
    initiative = (
        Initiative.objects.select_for_update(of=("self",), no_key=True)
        .select_related("workspace", "owner")
        .annotate(
            is_heard=hears(EventType.READINESS_CHANGED),
            has_news=ExpressionWrapper(has_news(), BooleanField()),
            was_lost=Exists(Finding.objects.filter(initiative=OuterRef("pk"), kind="readiness", closed_at=None)),
        )
        .get(pk=initiative_id)
    )
    now = database_now()
    keep_label_standing(initiative, now)
    found = gather(initiative, now=now)
    readiness = judge(found.inputs, found.policy, now)
    failpoint("judge.after_gather")
    latest = ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).first()
    keep_check_tasks(initiative, readiness, latest.document if latest else None)
    forecast = keep_forecast(initiative, readiness, has_labels=found.inputs.labels is not None)
    readiness = with_forecast(readiness, replace(found.inputs, forecast=forecast))
    kept = _keep(initiative, readiness, latest)
    if initiative.is_heard and latest is not None and latest.verdict != kept.verdict:
        announce_verdict(kept, latest.verdict)
    turned = keep_readiness_finding(initiative, readiness, now, was_open=initiative.was_lost)
    if turned or initiative.has_news:
        tell_causes(initiative, now)
    note_facts_of(initiative, now)
    return kept


def due_initiatives() -> list[int]:
    """Claim and return up to 500 initiatives that must be judged now: noted ones, and those that time changes.

    A claim lasts half a minute: a sweep does not wake the same one again at once. Whoever rests after five
    failures is left out.
    """
    note_due([*lapsed_unnoted().values_list("initiative_id", flat=True)[:AT_ONCE], *due_monitors()], "time")
    with transaction.atomic():
        rows = JudgeDue.objects.select_for_update(skip_locked=True).filter(
            not_before__lte=Now(), attempts__lt=MOST_ATTEMPTS
        )
        claimed = list(rows.order_by("not_before").values_list("pk", "initiative_id")[:AT_ONCE])
        JudgeDue.objects.filter(pk__in=[pk for pk, _ in claimed]).update(not_before=Now() + CLAIM)
    failpoint("sweep.after_claim")
    return [initiative_id for _, initiative_id in claimed]


def _begin(initiative_id: int) -> JudgeDue | None:
    with transaction.atomic():
        due = JudgeDue.objects.filter(initiative_id=initiative_id, attempts__lt=MOST_ATTEMPTS)
        if not due.update(attempts=F("attempts") + 1):
            return None
        return JudgeDue.objects.get(initiative_id=initiative_id)


def _is_passing(error: Exception) -> bool:
    """Say whether the database was away, locked or full, which passes; a statement that took too long is the work's."""
    code = getattr(error.__cause__, "pgcode", None)
    return isinstance(error, InterfaceError | OperationalError) and code != QUERY_CANCELED


def _take_back(due: JudgeDue) -> None:
    """Uncount an attempt that the database ended, if it is back already: that says nothing about the initiative."""
    if database.in_atomic_block:
        return
    database.close()
    with suppress(InterfaceError, OperationalError):
        JudgeDue.objects.filter(pk=due.pk, stamp=due.stamp).update(attempts=F("attempts") - 1)


def _keep(initiative: Initiative, readiness: Readiness, latest: ReadinessSnapshot | None) -> ReadinessSnapshot:
    """Append a snapshot when the answer changed, else confirm the latest one."""
    document = readiness_document(readiness)
    digest = document_digest(document)
    summary = {**summary_of(document), **kept_kpis(initiative.pk, readiness.as_of)}
    if latest is not None and latest.digest == digest:
        latest.confirmed_at, latest.changes_at, latest.summary = readiness.as_of, readiness.changes_at, summary
        latest.save(update_fields=["confirmed_at", "changes_at", "summary"])
        return latest
    ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).update(is_latest=False, changes_at=None)
    return ReadinessSnapshot.objects.create(
        workspace=initiative.workspace,
        initiative=initiative,
        at=readiness.as_of,
        confirmed_at=readiness.as_of,
        verdict=readiness.verdict,
        health=readiness.health.state,
        score=readiness.score,
        share=readiness.share,
        candidate_kind=readiness.candidate.kind if readiness.candidate else "",
        candidate_id=readiness.candidate.id if readiness.candidate else "",
        policy_version=readiness.policy_version,
        document=document,
        summary=summary,
        digest=digest,
        changes_at=readiness.changes_at,
    )
