"""One hostile text, and a workspace in which it stands wherever a person, CI or a server may write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from kpis.models import (
    KPI,
    AlertEpisode,
    AlertMail,
    DigestMail,
    Hook,
    HookDelivery,
    HookEvent,
    KpiSource,
    Notice,
    UpdateReminder,
)
from kpis.scoring.dashboards.kinds import KINDS
from kpis.scoring.scorecard_parse import DEFAULT_PATH
from kpis.services.alert_judging import judge_alerts
from kpis.services.alerts import watch_kpi
from kpis.services.aliases import set_alias
from kpis.services.attestations import attest
from kpis.services.baselines import state_baseline
from kpis.services.contributions import set_contribution
from kpis.services.dashboards import create_dashboard
from kpis.services.experiments import record_experiment
from kpis.services.gates import decide_gate
from kpis.services.hooks import create_hook, try_hook
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import edit_kpi
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from kpis.services.scorecards import import_scorecard
from kpis.services.stop_rules import set_stop_rule
from kpis.services.subscriptions import ask_now, subscribe
from kpis.services.targets import propose_target
from kpis.services.value import add_cost, decide_value
from kpis.services.waivers import request_waiver
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.members import accept_invitation, invite
from mltrack.accounts.services.tokens import create_token
from mltrack.accounts.services.workspaces import edit_workspace
from projects.connectors.labeling_records import (
    AnnotationRecord,
    LabelingPage,
    LabelingProjectRecord,
    LabelTaskRecord,
)
from projects.connectors.task_records import SprintRecord, TaskPage, TaskRecord
from projects.models import Initiative, NudgeDelivery, RelabelSource, SentTask, Sprint, SyncAttempt, Task
from projects.progress.datasets.splits import Overlap
from projects.progress.labeling.gold import FEWEST_TASKS
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.cases import keep_cases
from projects.services.columns import choose_columns
from projects.services.connections import create_connection
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.evaluation_pushes import push_evaluation
from projects.services.initiatives import Told, change_stage, edit_initiative, post_update
from projects.services.label_audits import discard_audit, draw_audit
from projects.services.labeling_pages import record_labeling_page
from projects.services.model_versions import push_model_version
from projects.services.pairings import pair_evaluation
from projects.services.relabels import record_relabels
from projects.services.sprints import create_sprint
from projects.services.task_pages import record_task_page
from projects.services.tasks import create_task
from projects.services.upload_counting import Fault, fail_upload
from projects.services.upload_input import parse_upload
from projects.services.uploads import begin_upload
from tests.browser.taint_production import poison_production
from tests.factories import make_connection
from tests.kpis.realised_world import TRIAL
from tests.kpis.world import in_days

CORE: Final = (
    "\"'><script>tainted=1</script><img src=x onerror=tainted=1><svg/onload=tainted=1> "
    "{{7*7}} {% debug %} ${7*7} `tainted=1` [a](javascript:tainted=1) javascript:tainted=1 \u202e\u2066 &lt; "
)
TAINT: Final = (CORE + "é漢🚀" * 100)[:300]
LINK: Final = "https://example.org/\"><script>tainted=1</script>?q='onmouseover=tainted=1"
ADDRESS: Final = '"<script>tainted=1</script>"@example.org'
API: Final = "/api/v1/initiatives/"


def cut(length: int) -> str:
    """Return the taint for a field of this length, without spaces at its ends, which some fields strip."""
    return TAINT[:length].strip()


def poison(principal: Principal, initiative: Initiative, kpi: KPI) -> None:
    """Write the taint through the services, into everything that hangs on an initiative and a KPI."""
    assert principal.user is not None
    principal.user.name = cut(150)
    principal.user.save()
    for length in (120, 90):
        edit_workspace(principal, name=cut(length), allows_self_approval=True, zone="UTC")
    poison_people(principal)
    import_scorecard(principal, hostile_scorecard(DEFAULT_PATH))
    poison_facts(principal, initiative)
    poison_judgement(principal, initiative)
    edit_kpi(principal, kpi, {"name": cut(160), "description": TAINT, "unit": cut(40), "target": 14}, reason=TAINT)
    set_contribution(principal, initiative, kpi, expected=1.0, how=TAINT)
    record_readings(kpi, [{"time": timezone.now(), "value": 1.0, "segment": cut(100)}], principal)
    for value in (1.0, 2.0):
        record_readings(kpi, [{"time": "2026-01-05", "value": value, "segment": cut(100)}], principal)
    poison_sources(principal, kpi)
    poison_kpi(principal, kpi)
    poison_value(principal, initiative, kpi)
    poison_dashboard(principal, kpi)
    poison_production(principal, initiative, TAINT, LINK)
    create_token(principal, user=principal.user, name=cut(120), scopes=["read"])


def poison_sources(principal: Principal, kpi: KPI) -> None:
    """Let a source of a hostile server fail and warn with the taint."""
    address = "http://127.0.0.1:9"
    connection = create_connection(
        principal, kind="csv_link", name=cut(105), base_url=address, interval_seconds=600_000
    )
    KpiSource.objects.create(
        kpi=kpi,
        kind="csv_link",
        name=cut(120),
        connection=connection,
        statement=TAINT,
        options={"time_column": TAINT},
        begins=timezone.now().date(),
        warning=TAINT,
        error_code="bad_file",
        error_text=TAINT,
    )


def poison_value(principal: Principal, initiative: Initiative, kpi: KPI) -> None:
    """Write it into an experiment, an answer with a release beside it, a cost and a decision."""
    within = datetime(2026, 1, 20, tzinfo=UTC)
    record_deployment(principal, initiative, environment="production", version=cut(120), at=within)
    words = {"name": cut(200), "note": TAINT[:2000], "link": LINK, "external_id": cut(250)}
    trial, _ = record_experiment(principal, initiative, kpi, **{**TRIAL, **words})
    asked = {"method": "experiment", "experiment": trial.public_id, "segment": cut(120), "note": TAINT[:2000]}
    keep_result(principal, initiative, kpi, **asked, control_segment=cut(100))
    add_cost(principal, initiative, kind="other", starts_on="2026-01-01", ends_on="2026-01-02", amount=1, note=cut(500))
    decide_value(principal, initiative, decision="retire", reason=TAINT[:2000])


def poison_dashboard(principal: Principal, kpi: KPI) -> None:
    """Write it into a dashboard with a panel of every kind, and into the title of each."""
    told = {"kpi_tile": {"kpi": kpi.key}, "kpi_chart": {"kpi": kpi.key}, "text": {"text": TAINT[:5000]}}
    panels = [{"kind": kind, "title": cut(120), "settings": told.get(kind, {})} for kind in KINDS]
    texts = {"name": cut(160), "team": cut(80), "description": cut(500)}
    create_dashboard(principal, key="tainted", panels=panels, **texts)


def poison_kpi(principal: Principal, kpi: KPI) -> None:
    """Write it into a note, into what an alert said when it opened and closed, and into a mail that went wrong."""
    write_note(principal, kpi, day=timezone.localdate(), text=TAINT)
    alert = watch_kpi(principal, kpi, kind="threshold", side="below", value=1e9)
    judge_alerts(kpi.pk)
    now = timezone.now()
    ended = {"words": cut(300), "closing_words": cut(290), "opened_at": now, "closed_at": now}
    episode = AlertEpisode.objects.create(alert=alert, **ended)
    member = Member.objects.get(workspace=principal.workspace, user=principal.user)
    notice = Notice.objects.create(member=member, episode=episode, why="You own this KPI.", created_at=now)
    went: dict[str, Any] = {"period": timezone.localdate(), "state": "not_sent", "error": cut(300)}
    AlertMail.objects.create(notice=notice, claimed_at=now, **went)


def poison_people(principal: Principal) -> None:
    """Let somebody in whose address is the taint, and leave an invitation to another such address open."""
    _, secret = invite(principal, email=ADDRESS, role="viewer")
    accept_invitation(secret, user=None, name=cut(150), password="a long enough password")
    invite(principal, email=f'"x{ADDRESS[1:]}', role="viewer")


def hostile_scorecard(path: Path) -> str:
    """Return a scorecard in which every text is the taint."""
    said = json.dumps(TAINT[:200], ensure_ascii=False)
    return re.sub(
        r"(?m)^(title|short|question|how_to_pass) = .*$", lambda found: f"{found[1]} = {said}", path.read_text()
    )


def poison_words(principal: Principal, initiative: Initiative) -> None:
    """Write it into an update and what had changed by then, and into what is kept of mails that went wrong."""
    facts = ({"kind": "metric", "text": TAINT, "better": None},)
    words = {"text": TAINT, "next_steps": TAINT, "in_the_way": TAINT}
    post_update(principal, initiative, health="off_track", told=Told(None, facts, "off_track"), **words)
    went: dict[str, Any] = {"period": timezone.localdate(), "state": "not_sent", "error": cut(300)}
    UpdateReminder.objects.create(initiative=initiative, to=principal.user, claimed_at=timezone.now(), **went)
    member = Member.objects.get(workspace=principal.workspace, user=principal.user)
    DigestMail.objects.create(member=member, claimed_at=timezone.now(), **went)
    row = subscribe(principal, kind="initiative", target=initiative.key)
    ask_now(principal, row.public_id)
    row.deliveries.update(state="not_sent", error=cut(300))
    hook, _secret = create_hook(principal, name=cut(120), url="https://hooks.example.org/x", events=["alert.opened"])
    tried = try_hook(principal, hook.public_id)
    HookEvent.objects.filter(pk=tried.event_id).update(data={"words": TAINT})
    HookDelivery.objects.filter(pk=tried.pk).update(state="not_sent", error=cut(300), ended_at=timezone.now())
    Hook.objects.filter(pk=hook.pk).update(state="paused", pause_reason=cut(300))


def poison_facts(principal: Principal, initiative: Initiative) -> None:
    """Write it into the initiative's own texts, and into what is reported to it."""
    texts = dict.fromkeys(("problem", "scope_in", "scope_out"), TAINT)
    links = [{"title": TAINT[:100], "url": LINK}]
    changes = {"name": cut(160), "sponsor": cut(160), "links": links, **texts}
    edit_initiative(principal, initiative, changes)
    change_stage(principal, initiative, stage="modeling", note=TAINT)
    poison_words(principal, initiative)
    digests: dict[str, Any] = dict.fromkeys(("digest", "schema_digest", "labels_digest"), cut(100))
    data, _ = record_dataset(principal, initiative, name=TAINT, uri=cut(200), **digests)
    splits = [SplitInput(cut(100), 5, class_counts={cut(200): 5}), SplitInput("test", 5)]
    record_splits(principal, initiative, data, splits, [Overlap(cut(100), "test", 1)])
    where: dict[str, Any] = {"image_digest": cut(200), "endpoint": LINK, "commit": cut(100)}
    record_deployment(principal, initiative, environment=cut(60), version=cut(120), **where)
    model: dict[str, Any] = {
        "name": cut(200),
        "version": cut(60),
        "run": cut(200),
        "aliases": [cut(100)],
        "tags": {"t": TAINT},
    }
    push_model_version(principal, initiative, **model)
    poison_evaluations(principal, initiative)
    poison_labels(principal, initiative)
    choose_columns(principal, initiative, [f"metric:{cut(250)}", f"param:{cut(250)}"])
    poison_work(principal, initiative)


def poison_work(principal: Principal, initiative: Initiative) -> None:
    """Write it into sprints and tasks, ours and those that a tracker tells of."""
    today = timezone.localdate()
    sprint = create_sprint(principal, name=cut(120), goal=TAINT, starts_on=today, ends_on=today)
    waits = create_task(principal, initiative, title=cut(250), body=TAINT, check_id=cut(100), sprint=sprint)
    create_task(principal, initiative, title=cut(240), blocked_by=[waits], assignee=principal.user)
    texts = {"title": cut(250), "external_id": cut(250), "external_status": cut(120), "external_type": cut(120)}
    connection = make_connection(principal, name=cut(87))
    mirrored = Sprint.objects.create(
        workspace=principal.workspace, name=cut(118), connection=connection, external_id=cut(250)
    )
    Task.objects.create(
        initiative=initiative,
        number=9_000,
        rank="zzz",
        url=LINK,
        sprint=mirrored,
        connection=connection,
        created_at=timezone.now(),
        **texts,
    )
    SentTask.objects.create(
        task=waits,
        connection=connection,
        marker=cut(48),
        back=cut(500),
        place=cut(300),
        told_open=True,
        refusal=TAINT,
        trouble=TAINT,
    )
    now = timezone.now()
    SyncAttempt.objects.create(connection=connection, state="done", started_at=now, ended_at=now, unread={TAINT: 2})


def hostile_evaluation() -> dict[str, Any]:
    """Return an evaluation of two cases in which every text is the taint."""
    texts = {"external_id": 200, "name": 190, "family": 110, "commit": 90, "favourable": 190}
    row = {"slices": {"region": cut(190)}, "groups": {"sex": cut(190)}, "level": 9_000, "positive": True}
    return {
        **{name: cut(length) for name, length in texts.items()},
        "members": [TAINT],
        "dataset": {"name": TAINT, "digest": cut(100), "schema_digest": cut(100)},
        "components": {"data": cut(190)},
        "scope": TAINT,
        "abstention": TAINT,
        "metrics": {TAINT: {"value": 1.5}},
        "slice_columns": ["region"],
        "group_columns": ["sex"],
        "counts": [
            {**row, "selected": True, "right": 1, "wrong": 0},
            {**row, "selected": False, "right": 0, "wrong": 1},
        ],
        "confusion": [
            {"label": cut(190), "prediction": cut(190), "n": 1},
            {"label": cut(190), "prediction": "other", "n": 1},
        ],
    }


def poison_evaluations(principal: Principal, initiative: Initiative) -> None:
    """Write it into two evaluations on the same cases, so that their pairs are named by it."""
    for number in (1, 2):
        made, _ = push_evaluation(
            principal, initiative, {**hostile_evaluation(), "external_id": f"{number} {cut(200)}"}
        )
        keep_cases(made, [1, 2], [9_000, 9_000], [0, 1], [0, 1])
        pair_evaluation(made)
    described = {name: value for name, value in hostile_evaluation().items() if name not in ("counts", "confusion")}
    blocks = [{"size": 9, "rows": 1, "sha256": "0" * 64}]
    body = {**described, "external_id": f"upload {cut(200)}", "columns": ["prediction", "label"], "blocks": blocks}
    given, faults = parse_upload(body, timezone.now(), 1_000)
    assert given is not None, faults
    upload, _ = begin_upload(principal, initiative, given)
    fail_upload(upload.pk, Fault("bad_row", TAINT, 1, cut(100)))


def poison_labels(principal: Principal, initiative: Initiative) -> None:
    """Write it into what a labeling tool tells, with tasks on which two annotators differ, and show their figures."""
    tool = make_connection(principal, name=cut(110), initiative=initiative)
    given = [AnnotationRecord(f"{who} {cut(200)}", who, f"{who} {cut(190)}", in_days(-1)) for who in ("a", "b")]
    about: dict[str, Any] = {"gold": cut(200), "batch": cut(200), "dataset": cut(430), "url": LINK}
    tasks = [LabelTaskRecord(f"{cut(240)} {number}", given, **about) for number in range(FEWEST_TASKS)]
    project = LabelingProjectRecord(cut(250), cut(300), 9, 1, in_days(-1), url=LINK)
    record_labeling_page(tool, LabelingPage(project=project, tasks=tasks))
    poison_tasks(principal, initiative)
    Member.objects.filter(user=principal.user).update(is_labeling_lead=True)
    switch_annotator_figures(replace(principal, is_labeling_lead=True), initiative, on=True)
    set_quota(principal, initiative, **{"class": cut(200), "wanted": 9, "reason": TAINT})
    poison_audits(principal, initiative)


def poison_tasks(principal: Principal, initiative: Initiative) -> None:
    """Write it into what a tracker tells, with one task that waits for another."""
    about: dict[str, Any] = {"kind": "roundup", "name": cut(115), "base_url": "http://127.0.0.1:9"}
    tracker = create_connection(principal, initiative=initiative, **about)
    given: dict[str, Any] = {"created_at": in_days(-2), "updated_at": in_days(-1), "body": TAINT, "type": cut(120)}
    names = [f"{number}{cut(240)}" for number in range(2)]
    given |= {"sprint": cut(250), "url": LINK, "blocked_by": names}
    tasks = [TaskRecord(each, cut(250), cut(120), **given) for each in names]
    sprint = SprintRecord(cut(250), cut(120), goal=TAINT)
    record_task_page(tracker, TaskPage(sprints=[sprint], tasks=tasks))
    NudgeDelivery.objects.create(connection=tracker, delivery_id=cut(200))


def poison_audits(principal: Principal, initiative: Initiative) -> None:
    """Write it into label audits that are discarded, and into one that is open, with a second label."""
    for each in initiative.label_audits.filter(state="open"):
        discard_audit(principal, each, reason=TAINT)
    for number in (1, 2):
        about: dict[str, Any] = {"labels_digest": cut(100), "note": TAINT}
        audit, _ = draw_audit(principal, initiative, n=9_000, kind="by_class", seed=f"{cut(55)}{number}", **about)
        task = audit.tasks.earliest("number").external_id
        record_relabels(principal, audit, [{"task": task, "label": cut(200)}], source=RelabelSource.HERE)
        if number == 1:
            discard_audit(principal, audit, reason=TAINT)


def poison_judgement(principal: Principal, initiative: Initiative) -> None:
    """Write it into targets, other names, baselines, people's words, waivers and gate decisions."""
    about: dict[str, Any] = {"slice": cut(200), "dataset_digest": cut(100), "reason": TAINT}
    propose_target(principal, initiative, metric=TAINT, comparator=">=", value=2, **about)
    set_stop_rule(principal, initiative, metric=TAINT, gain=0.01, attempts=1)
    set_alias(principal, initiative, alias=cut(250), metric=cut(200))
    for metric in ("accuracy", cut(200)):
        state_baseline(principal, initiative, metric=metric, value=0.5, n=100, note=TAINT)
    attest(principal, initiative, check="data.schema", link=LINK, note=TAINT)
    request_waiver(principal, initiative, check="operations.owner", reason=TAINT, expires=in_days(30))
    decide_gate(principal, initiative, commit=cut(100), ref=TAINT)


def hostile_annotation(who: str) -> dict[str, str]:
    """Return an annotation in which every text is the taint; two annotators differ."""
    return {
        "task": cut(250),
        "annotator": f"{who} {cut(200)}",
        "label": f"{who} {cut(190)}",
        "time": "2026-01-05T00:00:00Z",
        "batch": cut(200),
    }


def poison_by_rest(principal: Principal) -> list[tuple[int, str]]:
    """Write it by REST: an initiative HOSTILE and a KPI with all that hangs on them; return what was refused."""
    assert principal.user is not None
    _, token = create_token(principal, user=principal.user, name="CI", scopes=list(SCOPES))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    here = f"{API}HOSTILE/"
    run = {"external_id": cut(200), "name": TAINT, "status": "finished", "params": {cut(200): TAINT}, "url": LINK}
    measured = {"accuracy": 0.4, "coverage": 0.9, "n": 900, cut(200): 1}
    texts = dict.fromkeys(("problem", "scope_in", "scope_out"), TAINT)
    rule = {"candidate_alias": cut(100), "sample_size_key": cut(200)}
    digests = dict.fromkeys(("digest", "schema_digest", "labels_digest"), cut(100))
    where = {"environment": cut(60), "version": cut(120), "state": "live", "endpoint": LINK, "commit": cut(100)}
    bodies: list[tuple[str, Mapping[str, Any]]] = [
        (API, {"key": "HOSTILE", "name": cut(160), "sponsor": cut(160), **texts, **rule}),
        (f"{here}targets/", {"metric": cut(200), "comparator": ">=", "value": 5, "slice": cut(200), "reason": TAINT}),
        (f"{here}runs/", {**run, "metrics": measured, "tags": {cut(200): TAINT, "threshold": "0.5"}}),
        (f"{here}updates/", {"health": "at_risk", "text": TAINT, "next": TAINT, "in_the_way": TAINT}),
        (f"{here}stages/", {"stage": "data", "note": TAINT}),
        (f"{here}datasets/", {"name": TAINT, **digests}),
        (f"{here}deployments/", where),
        (f"{here}evaluations/", hostile_evaluation()),
        (f"{here}labeling/", {"time": "2026-01-05T00:00:00Z", "total": 9, "labeled": 1, "per_class": {cut(200): 1}}),
        (f"{here}annotations/batch/", {"annotations": [hostile_annotation(who) for who in ("a", "b")]}),
        (f"{here}gold/", {"gold": [{"task": cut(250), "label": cut(200)}]}),
        (f"{here}quotas/", {"class": cut(200), "wanted": 9, "reason": TAINT}),
        (f"{here}annotations/batch/", {"annotations": [{**hostile_annotation("a"), "task": cut(240)}]}),
        (f"{here}audits/", {"n": 9, "seed": cut(55), "labels_digest": cut(100), "note": TAINT}),
        (f"{here}model-versions/", {"name": cut(200), "version": cut(60), "aliases": [cut(100)], "tags": {"t": TAINT}}),
        (f"{here}attestations/", {"check": "data.schema", "link": LINK, "note": TAINT}),
        ("/api/v1/kpis/", {"key": "hostile", "name": cut(160), "description": TAINT, "unit": cut(40)}),
        ("/api/v1/kpis/hostile/notes/", {"day": "2026-01-05", "text": TAINT}),
        ("/api/v1/kpis/hostile/readings/", {"time": "2026-01-05", "value": 1, "segment": cut(100)}),
        (f"{here}contributions/", {"kpi": "hostile", "expected": 1, "how": TAINT}),
        (f"{here}experiments/", {**TRIAL, "kpi": "hostile", "name": cut(200), "note": TAINT[:2000], "link": LINK}),
        (f"{here}decisions/", {"decision": "retire", "reason": TAINT[:2000]}),
    ]
    answers = [
        client.post(
            path, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": f"{cut(29)}{number}"}
        )
        for number, (path, body) in enumerate(bodies)
    ]
    return [(each.status_code, each.content.decode()[:300]) for each in answers if each.status_code not in (200, 201)]
