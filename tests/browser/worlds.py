"""What a browser walks through: the sample workspace with everything in it, one with nothing, one with bare things."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.test import Client
from django.utils import timezone

from kpis.models import KPI, Forecast, Hook, HookDelivery
from kpis.services.alert_judging import judge_alerts
from kpis.services.alerts import watch_kpi
from kpis.services.badges import badge_token
from kpis.services.calendar_links import create_link
from kpis.services.forecasts import estimate_check
from kpis.services.gates import decide_gate
from kpis.services.hooks import create_hook, try_hook
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import create_kpi
from kpis.services.mail_choices import member_of, off_path
from kpis.services.monitoring import judge_monitors
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from kpis.services.sample import make_sample
from kpis.services.shares import create_share, note_opening
from kpis.services.snapshots import judge_now
from kpis.services.subscriptions import ask_now, subscribe
from kpis.services.subscriptions import off_path as subscription_off
from kpis.services.targets import propose_target
from kpis.services.value import add_cost, decide_value
from kpis.services.waivers import approve_waiver, request_waiver
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role, User
from mltrack.accounts.services.members import invite
from mltrack.accounts.services.tokens import create_token
from mltrack.accounts.services.workspaces import create_workspace
from projects.connectors.labeling_records import (
    AnnotationRecord,
    LabelingPage,
    LabelingProjectRecord,
    LabelTaskRecord,
)
from projects.connectors.records import DatasetRecord
from projects.connectors.task_records import SprintRecord, TaskPage, TaskRecord
from projects.models import (
    Connection,
    DatasetVersion,
    EndpointProbe,
    Finding,
    Initiative,
    ObservationSource,
    RelabelSource,
    Run,
    Task,
)
from projects.progress.datasets.splits import Overlap
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.connections import create_connection
from projects.services.data_sources import create_source
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.initiatives import create_initiative, post_update
from projects.services.label_audits import close_audit, draw_audit
from projects.services.label_batches import tie_batch
from projects.services.labeling_pages import record_labeling_page
from projects.services.nudges import nudge_token
from projects.services.observations import record_observations
from projects.services.planned_stops import plan_stop
from projects.services.probes import set_probe
from projects.services.relabels import record_relabels
from projects.services.rollbacks import record_rehearsal, roll_back
from projects.services.sprints import create_sprint
from projects.services.task_pages import record_task_page
from projects.services.tasks import create_task, edit_task
from tests.factories import make_connection, make_evaluation, make_member
from tests.kpis.dashboard_world import every_kind
from tests.kpis.evaluation_world import measured
from tests.kpis.forecast_world import add_history, add_task
from tests.kpis.realised_world import stepped
from tests.kpis.rival_world import OLD, counted, rivals
from tests.kpis.world import in_days, judged, report

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
COMMIT = "5eed" * 10
FILLER = {"any": "none", "key": "none"}


@dataclass(frozen=True)
class World:
    """A person and the names of what they may look at; `{w}` of a path with nothing else is the empty workspace."""

    user: User
    full: Mapping[str, str]
    bare: Mapping[str, str]

    def in_full(self, path: str) -> str:
        """Return a path of the catalogue in the full workspace."""
        return path.format_map(self.full)

    def without(self, path: str) -> str | None:
        """Return a path where there is nothing yet, None where such a page cannot be."""
        asked = {name for _, name, _, _ in string.Formatter().parse(path) if name}
        if not asked or asked - {"w", "i", "k"}:
            return None
        return path.format_map(self.bare if asked - {"w"} else {"w": "empty"})

    def cookie(self) -> str:
        """Return a session of the person."""
        client = Client()
        client.force_login(self.user, backend=BACKEND)
        return client.cookies["sessionid"].value


@transaction.atomic
def make_world() -> World:
    """Return the world, made through the product's services and judged."""
    user = User.objects.create_user("demo@example.org", "a long enough password", name="Demo", is_superuser=True)
    sample = make_sample(user)
    principal = Principal(workspace=sample, role=Role.ADMIN, user=user, is_approver=True)
    create_workspace(user, name="Nothing yet", key="empty")
    world = World(user, {**FILLER, **fill(principal)}, {**FILLER, **make_bare(user)})
    Member.objects.filter(user=user).update(is_labeling_lead=True)
    return world


def make_bare(user: User) -> dict[str, str]:
    """Make a workspace with an initiative and a KPI that hold nothing."""
    workspace, _ = create_workspace(user, name="Bare", key="bare")
    principal = Principal(workspace=workspace, role=Role.ADMIN, user=user, is_approver=True)
    initiative = create_initiative(principal, name="Bare", key="BARE")
    create_kpi(principal, name="Bare", key="bare")
    judge_now(initiative.pk)
    return {"w": "bare", "i": "BARE", "k": "bare"}


def fill(principal: Principal) -> dict[str, str]:
    """Add to the sample what its stories lack, and return the names of all."""
    workspace, user = principal.workspace, principal.user
    assert user is not None
    biopsy = Initiative.objects.get(workspace=workspace, key="BIOPSY")
    digits = Initiative.objects.get(workspace=workspace, key="DIGITS")
    runs = [report(biopsy, f"odd-{at}", {"accuracy": 0.9, "coverage": 0.8, "n": 200 + at}) for at in range(2)]
    runs[0].metrics.filter(key="accuracy").update(value=None, special="nan")
    about: dict[str, Any] = {"dataset": DatasetRecord("holdout", "9f2c"), "name": "Second clinic"}
    evaluated = [make_evaluation(biopsy, 200, cases=True, run=run.external_id, **about) for run in runs]
    datasets = known_data(principal, biopsy)
    put_into_production(principal, digits)
    source_key = observe(principal, biopsy)
    post_update(principal, biopsy, health="on_track", text="The **second** clinic agreed.")
    less = {"metric": "accuracy", "comparator": ">=", "reason": "A pilot needs less."}
    target = propose_target(principal, biopsy, value=0.5, **less)
    waive(principal, biopsy)
    evaluation = measured(biopsy, external_id="e1")
    label(principal, biopsy)
    closed_audit, label_audit = audit_labels(principal, biopsy)
    decision = decide_gate(principal, biopsy, commit=COMMIT, ref="refs/heads/main")["decision"]
    connection = create_connection(principal, kind="mlflow", name="Laboratory", base_url="http://mlflow.example.org")
    labels: dict[str, Any] = {"kind": "label_studio", "name": "Label Studio", "base_url": "http://labels.example.org"}
    studio = create_connection(principal, initiative=biopsy, **labels)
    tracker = mirror(principal, biopsy)
    create_token(principal, user=user, name="CI", scopes=["read", "gate"])
    _, secret = invite(principal, email="new@example.org", role="contributor")
    measure_range(principal)
    forecast_late(principal, Initiative.objects.get(workspace=workspace, key="CELLAR"), digits)
    for initiative in Initiative.objects.filter(workspace=workspace):
        judge_now(initiative.pk)
    return {
        "source": source_key,
        "finding": Finding.objects.get(initiative=biopsy, kind="drift").public_id,
        "w": workspace.key,
        "i": "BIOPSY",
        "ready": "DIGITS",
        "late": "CELLAR",
        "k": "forms-typed-by-hand",
        "range": "room",
        "note": watched(principal),
        "tied": "double-readings",
        "dataset": datasets[1].public_id,
        "earlier_dataset": datasets[0].public_id,
        "run": runs[0].public_id,
        "other_run": runs[1].public_id,
        "target": target.public_id,
        "other_evaluation": evaluated[1].public_id,
        "decision": decision,
        "audited": rivals(principal, biopsy).public_id,
        "evaluation": evaluation.public_id,
        "label_audit": label_audit,
        "closed_audit": closed_audit,
        "connection": connection.public_id,
        "studio": studio.public_id,
        "tracker": tracker.public_id,
        **planned_work(principal, biopsy, digits),
        **value_shown(principal, biopsy),
        **composed(principal, "forms-typed-by-hand"),
        **read_elsewhere(principal, biopsy),
        "badge": badge_token(biopsy),
        "calendar": create_link(principal)[1],
        "mails": off_path(member_of(principal), "digest").split("/")[2],
        "nudge": nudge_token(connection),
        "invitation": secret,
        "reset": f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}",
    }


def put_into_production(principal: Principal, initiative: Initiative) -> None:
    """Bring four versions into production, one taken back, two beside what is live; rehearse going back.

    Labels of two months came since; of the last one, what is beside it answered too.
    """
    here: dict[str, Any] = {"environment": "production", "endpoint": "https://digits.example.org"}
    live, beside = "11fe" * 10, "be51" * 10
    for run, commit in (("digits-2", live), ("digits-3", beside)):
        Run.objects.filter(links__initiative=initiative, external_id=run).update(commit=commit)
    record_deployment(principal, initiative, version="1", image_digest=f"sha256:{'9f2c' * 16}", commit=live, **here)
    taken, _ = record_deployment(principal, initiative, version="2", **here)
    set_probe(principal, taken, expected="ready")
    now, words = timezone.now(), "The server failed (500)."
    EndpointProbe.objects.update(state="down", changed_at=now, last_at=now, last_ms=90, last_words=words)
    roll_back(principal, taken, seconds=95, link="https://example.org/log", note="It erred on sevens.")
    record_deployment(principal, initiative, version="3", state="canary", **here)
    record_rehearsal(principal, initiative, environment="production", seconds=40, note="The weekly drill.")
    record_deployment(principal, initiative, version="4", state="shadow", commit=beside, **here)
    labels: dict[str, Any] = {"purpose": "production", "run": "digits-2"}
    for name, days, data in (("Labels of May", -40, None), ("Labels of June", -9, DatasetRecord("June", "6a1f"))):
        measured(initiative, external_id=name, name=name, at=in_days(days), dataset=data, **labels)
    shadow: dict[str, Any] = {"purpose": "shadow", "run": "digits-3", "dataset": DatasetRecord("June", "6a1f")}
    measured(initiative, "June, beside it", at=in_days(-8), tally=counted(*OLD), name="Version 4 in June", **shadow)


def read_elsewhere(principal: Principal, initiative: Initiative) -> dict[str, str]:
    """Share a view of each kind, open one, and subscribe to one that could not be sent; return what paths name."""
    views: dict[str, dict[str, Any]] = {
        "kpi": {"target": "forms-typed-by-hand"},
        "portfolio": {"query": "q=stage:modeling"},
        "initiative": {"target": initiative.key},
        "dashboard": {"target": "leadership", "query": "range=year"},
    }
    made = {kind: create_share(principal, kind=kind, **view) for kind, view in views.items()}
    note_opening(made["kpi"][0], "page")
    row = subscribe(principal, kind="kpi", **views["kpi"], channel="slack", secret_url="https://hooks.example.org/x")
    ask_now(principal, row.public_id)
    row.deliveries.update(state="not_sent", error="There is nothing at this address (404).", attempts=1)
    hook, _secret = create_hook(principal, name="CI", url="https://hooks.example.org/x", events=["alert.opened"])
    tried = try_hook(principal, hook.public_id)
    went: dict[str, Any] = {
        "status": 404,
        "error": "There is nothing at this address (404).",
        "ended_at": timezone.now(),
    }
    HookDelivery.objects.filter(pk=tried.pk).update(state="not_sent", attempts=9, **went)
    Hook.objects.filter(pk=hook.pk).update(failures=9, failing_since=timezone.now())
    secrets = {f"shared_{kind}": secret for kind, (_, secret) in made.items()}
    return {
        **secrets,
        "share_id": made["kpi"][0].public_id,
        "subscription_id": row.public_id,
        "hook": hook.public_id,
        "subscription": subscription_off(row).split("/")[2],
    }


def watched(principal: Principal) -> str:
    """Let a KPI have segments, a note and alerts, of which one is open and told; return the note."""
    kpi = KPI.objects.get(workspace=principal.workspace, key="forms-typed-by-hand")
    KPI.objects.filter(pk=kpi.pk).update(owner=principal.user)
    weeks = [(week, name) for week in range(14) for name in ("Front desk", "Post")]
    start = timezone.now() - timedelta(weeks=14)
    rows = [{"time": start + timedelta(weeks=w), "value": 20.0 + w % 3, "segment": name} for w, name in weeks]
    record_readings(kpi, rows, principal)
    watch_kpi(principal, kpi, kind="threshold", side="above", value=0, margin=1)
    watch_kpi(principal, kpi, kind="anomaly")
    judge_alerts(kpi.pk)
    return write_note(principal, kpi, day=start.date(), text="The new forms were sent out.").public_id


def composed(principal: Principal, kpi: str) -> dict[str, str]:
    """Compose a dashboard with a panel of every kind."""
    made = every_kind(principal, kpi_tile={"kpi": kpi}, kpi_chart={"kpi": kpi})
    return {"dash": made.key, "panel": made.panels.get(kind="kpi_tile").public_id}


def value_shown(principal: Principal, initiative: Initiative) -> dict[str, str]:
    """Let an initiative move a KPI, cost something, and be decided on; return answers with an effect and without."""
    world = stepped(principal, initiative)
    kept = [
        keep_result(principal, initiative, world.kpi, method=method, since=world.since, control_segment=control)
        for method, control in (("did", ""), ("did", "north"))
    ]
    add_cost(principal, initiative, kind="people", starts_on="2026-01-01", ends_on="2026-03-31", weeks=9, amount=30_000)
    decide_value(principal, initiative, decision="expand", reason="It pays.", review_on=in_days(90).date())
    return {"moved": world.kpi.key, "no_answer": kept[0].public_id, "result": kept[1].public_id}


def planned_work(principal: Principal, initiative: Initiative, other: Initiative) -> dict[str, str]:
    """Plan a sprint that is over, one that runs and one to come, with tasks of ours and of a tracker."""
    today = timezone.localdate()
    sprints = [
        create_sprint(
            principal,
            name=f"Sprint {number}",
            starts_on=today + timedelta(days=start),
            ends_on=today + timedelta(days=start + 13),
            goal="Every slide of the **second** clinic is labeled.",
        )
        for number, start in ((11, -20), (12, -5), (13, 9))
    ]
    fields: list[dict[str, Any]] = [
        {"title": "Agree on the classes", "type": "framing", "sprint": sprints[0], "status": "done", "estimate": 2},
        {"title": "Label the slides of the second clinic", "type": "labeling", "sprint": sprints[0], "estimate": 8},
        {"title": "Train on both clinics", "type": "training", "sprint": sprints[1], "status": "doing", "priority": 4},
        {"title": "Read scanner settings from the files", "type": "data", "sprint": sprints[1], "status": "done"},
        {"title": "Compare with the second reader", "type": "evaluation", "sprint": sprints[2], "estimate": 3},
        {"title": "Watch for new scanners", "type": "monitoring", "due_on": today - timedelta(days=2), "priority": 3},
        {"title": "Try another colour space", "status": "cancelled"},
    ]
    tasks = [create_task(principal, initiative, assignee=principal.user, **each) for each in fields]
    edit_task(principal, tasks[2], {"body": "Two *nights* on the small machine.", "blocked_by": [tasks[1]]})
    create_task(principal, other, title="Pack the model into its image", type="integration", blocked_by=[tasks[0]])
    connection = make_connection(principal, name="Help desk")
    mirrored = Task.objects.create(
        initiative=initiative,
        number=90,
        title="Order a second scanner",
        rank="zz",
        connection=connection,
        external_id="issue90",
        external_status="in progress",
        status="doing",
        url="https://roundup.example.org/issue90",
        created_at=timezone.now(),
    )
    return {
        "over_sprint": sprints[0].public_id,
        "sprint": sprints[1].public_id,
        "next_sprint": sprints[2].public_id,
        "task": tasks[2].key,
        "mirrored_task": mirrored.key,
    }


def forecast_late(principal: Principal, late: Initiative, ready: Initiative) -> None:
    """Let one initiative have dates, with work in progress, and another a forecast whose days have come."""
    now = timezone.now()
    add_history(late, weeks=9)
    for age in (1, 6):
        add_task(late, "doing", title="Clean the readings", started_at=now - timedelta(days=age))
    for _ in range(5):
        add_task(late, title="Ask for more readings")
    add_task(late, "done", started_at=now, done_at=now - timedelta(days=3), created_at=now - timedelta(days=9))
    today = now.date()
    for blocker in judged(late).document["blockers"]:
        earliest, likely, latest = (today + timedelta(days=day) for day in (5, 9, 40))
        estimate_check(principal, late, check=blocker["check"], earliest=earliest, likely=likely, latest=latest)
    made = today - timedelta(days=50)
    titles = {"parts": [{"gate": "tasks", "title": "the tasks"}]}
    days = {"p50": made + timedelta(days=20), "p85": made + timedelta(days=34), "target_date": made + timedelta(days=9)}
    fields: dict[str, Any] = {
        "mass50": 0.52,
        "mass85": 0.87,
        "decided_by": "tasks",
        "document": titles,
        "digest": "d",
        **days,
    }
    Forecast.objects.create(
        initiative=ready, made_at=now - timedelta(days=50), as_of=made, reached_on=made + timedelta(days=24), **fields
    )


def known_data(principal: Principal, initiative: Initiative) -> list[DatasetVersion]:
    """Return two versions of the slides: the later one has splits, of which two share rows."""
    place = "https://data.example.org/slides"
    versions = [
        record_dataset(principal, initiative, name="slides", digest=f"{digest}f2c41d", rows=rows, uri=place)[0]
        for digest, rows in (("a", 900), ("b", 1000))
    ]
    splits = [
        SplitInput("train", 800, duplicates=3, groups=40, class_counts={"benign": 700, "malign": 100}),
        SplitInput("test", 200, duplicates=0, groups=12, class_counts={"benign": 170, "malign": 30}),
    ]
    record_splits(principal, initiative, versions[1], splits, [Overlap("test", "train", 7, 2)])
    return versions


def observe(principal: Principal, initiative: Initiative) -> str:
    """Observe the volumes of three clinics and some drift, enter their source and a stop; return the source's key."""
    days = [in_days(day - 14).replace(hour=0, minute=0, second=0, microsecond=0).isoformat() for day in range(14)]
    volume = {"kind": "volume", "name": "slides", "method": "count"}
    rows = [
        {**volume, "segment": clinic, "time": time, "value": (80 + place * 7 % 31) // (part + 1)}
        for part, clinic in enumerate(("North", "South", "A clinic with a rather long name in the hills"))
        for place, time in enumerate(days)
    ]
    drift = {"kind": "drift", "name": "brightness", "value": 0.003, "n": 1200, "method": "K-S p_value"}
    rows.append({**drift, "threshold": 0.05, "time": days[-1], "reference": "the training data"})
    record_observations(principal, initiative, rows)
    feeds = [(initiative.key, "slides")]
    about = {"note": "Every night at two.", "owner": principal.user, "features": feeds}
    source = create_source(principal, key="scanner-archive", name="Scanner archive", **about)
    create_source(principal, key="old-archive", name="Old archive", archived=True)
    first = in_days(20).date()
    plan_stop(principal, first_day=first, last_day=first, reason="The scanners are serviced.", source=source)
    ask_for_observations(principal, initiative)
    judge_monitors(initiative.pk)
    return source.key


def ask_for_observations(principal: Principal, initiative: Initiative) -> None:
    """Let a Prometheus be asked for two things, one of which it refuses."""
    about: dict[str, Any] = {"name": "Prometheus", "base_url": "http://metrics.example.org"}
    metrics = create_connection(principal, kind="prometheus", **about, interval_seconds=600_000)
    asked = {"initiative": initiative, "connection": metrics, "begins": in_days(-90).date()}
    slides = {"kind": "volume", "name": "slides", "statement": "slides", "options": {"segment_label": "site"}}
    ObservationSource.objects.create(**asked, **slides, read_until=in_days(-1), last_ok=in_days(0))
    wrong = {"error_code": "bad_query", "error_text": "Prometheus does not answer this query: parse error at char 5."}
    answers = {"kind": "latency", "name": "answers", "statement": "sum(", "threshold": 0.5}
    ObservationSource.objects.create(**asked, **answers, **wrong)


def mirror(principal: Principal, initiative: Initiative) -> Connection:
    """Let a tracker tell of a sprint and a few tasks, one of them in a status that nobody has mapped."""
    about: dict[str, Any] = {"kind": "roundup", "name": "Roundup", "base_url": "http://tracker.example.org"}
    connection, now = create_connection(principal, initiative=initiative, **about), timezone.now()
    words = ("unread", "in-progress", "resolved", "waiting room")
    tasks = [
        TaskRecord(str(number), f"Slide batch {number}", words[number % 4], now, now, "Annotation", sprint="1")
        for number in range(12)
    ]
    sprint = SprintRecord("1", "November", now.date(), now.date() + timedelta(days=13), "Label the second clinic")
    record_task_page(connection, TaskPage(sprints=[sprint], tasks=tasks))
    return connection


def label(principal: Principal, initiative: Initiative) -> None:
    """Let a tool tell of a hundred labeled tasks in two batches, some of them disputed, and want more of a class."""
    connection, now = make_connection(principal, name="Labels", initiative=initiative), timezone.now()
    tasks = []
    for number in range(100):
        time, batch = now - timedelta(days=number % 30), f"clinic {number % 2}"
        labels = {"ann": "benign" if number % 9 else "malign", "bob": "benign" if number % 7 else "malign"}
        given = [AnnotationRecord(f"{number}-{who}", who, each, time) for who, each in labels.items()]
        gold, url = "benign" if number < 20 else None, f"https://labels.example.org/{number}"
        tasks.append(LabelTaskRecord(f"slide {number}", given, batch=batch, url=url, gold=gold))
    for ago, total in ((20, 150), (0, 180)):
        project = LabelingProjectRecord(
            "7", "Slides", total, 100, now - timedelta(days=ago), skipped=2, annotations=200
        )
        record_labeling_page(connection, LabelingPage(project=project, tasks=tasks))
    set_quota(principal, initiative, **{"class": "malign", "wanted": 40})
    slides = DatasetVersion.objects.get(initiative=initiative, name="slides", rows=1000)
    told = connection.labeling_projects.get().public_id
    tie_batch(principal, initiative, batch="clinic 0", dataset=slides, project=told)
    Member.objects.filter(user=principal.user).update(is_labeling_lead=True)
    switch_annotator_figures(replace(principal, is_labeling_lead=True), initiative, on=True)


def audit_labels(principal: Principal, initiative: Initiative) -> tuple[str, str]:
    """Let forty labels be looked at again, one of them wrong, and draw more; return the ids of both audits."""
    closed, _ = draw_audit(principal, initiative, n=40, kind="by_class", least=5, seed="2026", note="Before training")
    given = [{"task": each.external_id, "label": each.label} for each in closed.tasks.all()]
    record_relabels(principal, closed, [*given, {**given[0], "label": "cyst"}], source=RelabelSource.CSV)
    close_audit(principal, closed)
    after, _ = draw_audit(principal, initiative, n=30, seed="2027")
    some = [{"task": each.external_id, "label": each.label} for each in after.tasks.filter(number__lte=5)]
    record_relabels(principal, after, some, source=RelabelSource.HERE)
    return closed.public_id, after.public_id


def waive(principal: Principal, initiative: Initiative) -> None:
    """Let a check pass by, and ask the same for another."""
    approver = make_member(initiative.workspace, "viewer", is_approver=True)
    until = timezone.now() + timedelta(days=60)
    given = request_waiver(principal, initiative, check="delivery.rollback", reason="Drill in May.", expires=until)
    approve_waiver(approver, given)
    request_waiver(principal, initiative, check="operations.monitoring", reason="A pilot of two weeks.", expires=until)


def measure_range(principal: Principal) -> None:
    """Make a KPI that should stay between two ends, with readings by segment."""
    kpi = create_kpi(principal, name="Room temperature", key="room", unit="°C", direction="range", low=18, high=22)
    now = timezone.now()
    readings = [{"time": now - timedelta(days=day), "value": 17.0 + day % 7} for day in range(40)]
    record_readings(kpi, readings, principal)
