"""The sample workspace: three stories made through the same services as real data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from kpis.models import KPI
from kpis.samples.labels import labels_of
from kpis.samples.plan import SPRINTS, sprint_days, tasks_of
from kpis.samples.story import DATA_LINK, Story, stories
from kpis.services.attestations import attest
from kpis.services.baselines import state_baseline
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.sample_production import tell_production
from kpis.services.sample_value import estimate_checks, say, tell_past, tell_value
from kpis.services.snapshots import judge_initiative
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Role, User, Workspace
from mltrack.accounts.services.audit import record_audit
from mltrack.accounts.services.workspaces import create_workspace
from projects.models import Initiative, Origin, RelabelSource, Sprint
from projects.services.annotation_pushes import record_annotations
from projects.services.evaluations import record_evaluation
from projects.services.initiatives import change_stage, create_initiative
from projects.services.label_audits import close_audit, draw_audit
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.recording import record_runs
from projects.services.relabels import record_relabels
from projects.services.sprints import create_sprint, roll_over
from projects.services.task_pushes import push_tasks

WORKSPACE = "demo"
NAME = "Sample workspace"
PERIODS = {"week": timedelta(weeks=1), "month": timedelta(days=30)}


@transaction.atomic
def make_sample(user: User, now: datetime | None = None) -> Workspace:
    """Return the sample workspace of `user`, with its three stories judged."""
    now = now or timezone.now()
    workspace, member = create_workspace(user, name=NAME, key=WORKSPACE, is_sample=True)
    principal = Principal(workspace=workspace, role=Role.ADMIN, user=user, is_approver=member.is_approver)
    _tell_all(principal, stories(), now)
    return workspace


@transaction.atomic
def bring_back_sample(principal: Principal, now: datetime | None = None) -> int:
    """Tell the stories anew in a workspace from which they were removed, and return how many.

    They are as they were at first: what people had added to them is gone. A story whose key somebody uses now is left
    out, and a KPI that stayed is tied again. Nothing happens to a workspace that never had a sample, or has it still.
    """
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    removed = AuditEvent.objects.filter(workspace=workspace, action="remove", object_kind="sample")
    if workspace.is_sample or not removed.exists():
        return 0
    taken = set(Initiative.objects.filter(workspace=workspace).values_list("key", flat=True))
    missing = [story for story in stories() if story.text["key"] not in taken]
    _tell_all(principal, missing, now or timezone.now())
    workspace.is_sample = True
    workspace.save(update_fields=["is_sample"])
    record_audit(principal, "restore", "sample", workspace.key, after={"initiatives": len(missing)})
    return len(missing)


def _tell_all(principal: Principal, told: Sequence[Story], now: datetime) -> None:
    sprints = _plan(principal, now)
    initiatives = [_tell(principal, story, now) for story in told]
    if sprints[0].closed_at is None:
        roll_over(principal, *sprints)
    tell_past(principal, now)
    for initiative in initiatives:
        judge_initiative(initiative.pk)


def _plan(principal: Principal, now: datetime) -> list[Sprint]:
    """Return the sample's two sprints, in order, made where they are not there."""
    ours = Sprint.objects.filter(workspace=principal.workspace, connection=None, name__in=SPRINTS)
    known = {sprint.name: sprint for sprint in ours}
    return [
        known.get(name) or create_sprint(principal, name=name, goal=goal, starts_on=first, ends_on=last)
        for name, goal, first, last in sprint_days(now)
    ]


def _tell(principal: Principal, story: Story, now: datetime) -> Initiative:
    text = story.text
    initiative = create_initiative(
        principal,
        name=text["name"],
        key=text["key"],
        problem=text["problem"],
        scope_in=text["scope_in"],
        scope_out=text["scope_out"],
        sponsor=text["sponsor"],
        criticality=text["criticality"],
        candidate_rule=text["candidate_rule"],
        owner=principal.user,
        target_date=(now + timedelta(days=text["due_in_days"])).date(),
    )
    change_stage(principal, initiative, stage=text["stage"], note="Sample")
    initiative.refresh_from_db()
    _set_goals(principal, initiative, story, now)
    record_runs(initiative, story.runs(now), replace=False)
    for evaluation in story.evaluations(now):
        record_evaluation(initiative, evaluation, origin=Origin.STATISTICS)
    _label(principal, initiative, story, now)
    push_tasks(principal, initiative, tasks_of(text, now), atomic=True)
    for check in text["attested"]:
        attest(principal, initiative, check=check, link=DATA_LINK, note="Sample: nobody checked this.", expires=None)
    estimate_checks(principal, initiative, text, now)
    tell_value(principal, initiative, text, now)
    tell_production(principal, initiative, text, now)
    say(principal, initiative, text)
    return initiative


def _label(principal: Principal, initiative: Initiative, story: Story, now: datetime) -> None:
    """Push the labels of a story day by day, want some of each class, and let a sample of them be looked at again."""
    labels, asked = labels_of(story.text, story.cases), story.text.get("labels")
    if labels is None or asked is None:
        return
    record_annotations(principal, initiative, list(labels.annotations(now)))
    for moment, total, labeled in labels.snapshots(now):
        record_labeling_snapshot(principal, initiative, SnapshotRecord(moment, total, labeled))
    for name in sorted(set(labels.truth)):
        set_quota(principal, initiative, **{"class": name, "wanted": asked["quota"]})
    audit, _ = draw_audit(principal, initiative, n=asked["audited"], seed="sample", note="Sample")
    tasks = list(audit.tasks.order_by("number").values_list("external_id", flat=True))
    record_relabels(principal, audit, labels.relabels(tasks), source=RelabelSource.CSV)
    close_audit(principal, audit)
    propose_target(principal, initiative, metric="label_agreement", comparator=">=", value=asked["agreement"])
    propose_target(principal, initiative, metric="label_error_rate", comparator="<=", value=asked["error"])


def _set_goals(principal: Principal, initiative: Initiative, story: Story, now: datetime) -> None:
    text = story.text
    for metric in ("accuracy", "coverage"):
        propose_target(
            principal,
            initiative,
            metric=metric,
            comparator=">=",
            value=text[metric],
            confidence=text["confidence"],
            minimum_n=text["minimum_n"],
            threshold=text.get("threshold") if metric == "accuracy" else None,
        )
    value, n = story.baseline()
    state_baseline(
        principal, initiative, metric="accuracy", value=value, n=n, note="The most frequent class on the same rows."
    )
    known = KPI.objects.filter(workspace=principal.workspace, key=text["kpi"]["key"]).first()
    kpi = known or _measure(principal, text["kpi"], now)
    set_contribution(
        principal,
        initiative,
        kpi,
        expected=text["kpi"]["expected"],
        by=(now + timedelta(days=text["kpi"]["due_in_days"])).date(),
        how=text["kpi"]["how"],
        grade="E",
    )


def _measure(principal: Principal, text: Mapping[str, Any], now: datetime) -> KPI:
    step, values = PERIODS[text["period"]], text["readings"]
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - step * len(values)
    kpi = create_kpi(
        principal,
        name=text["name"],
        key=text["key"],
        description="Sample readings: made up.",
        owner=principal.user,
        unit=text["unit"],
        direction=text["direction"],
        period=text["period"],
        baseline=text["baseline"],
        target=text["target"],
        start=first.date(),
        due=(now + timedelta(days=text["due_in_days"])).date(),
    )
    readings = [{"time": first + step * place, "value": float(value)} for place, value in enumerate(values, 1)]
    record_readings(kpi, readings, principal)
    return kpi
