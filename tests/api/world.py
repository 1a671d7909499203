"""A workspace that holds one of everything that the API can name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from kpis.models import KPI, AlertEpisode, HookDelivery, KpiSource, Notice
from kpis.services.alerts import watch_kpi
from kpis.services.aliases import set_alias
from kpis.services.attestations import attest
from kpis.services.baselines import state_baseline
from kpis.services.bridges import set_bridge
from kpis.services.calendar_links import create_link
from kpis.services.causes import tell_causes
from kpis.services.contributions import set_contribution
from kpis.services.dashboards import create_dashboard
from kpis.services.experiments import record_experiment
from kpis.services.forecasts import estimate_check
from kpis.services.gates import decide_gate
from kpis.services.hooks import create_hook, try_hook
from kpis.services.kpi_notes import write_note
from kpis.services.kpi_sources import add_source
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.services.mail_choices import member_of
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from kpis.services.shares import create_share, note_opening
from kpis.services.stop_rules import set_stop_rule
from kpis.services.subscriptions import ask_now, subscribe
from kpis.services.targets import propose_target
from kpis.services.value import add_cost, decide_value
from kpis.services.waivers import request_waiver
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord
from projects.models import Connection, Finding, Initiative, ObservationSource, RelabelSource
from projects.progress.faults import Fault
from projects.services.annotation_pushes import record_annotations
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.connections import ask_sync
from projects.services.data_sources import create_source
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.findings import keep_findings
from projects.services.initiatives import post_update
from projects.services.label_audits import draw_audit
from projects.services.label_batches import tie_batch
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.observations import record_observations
from projects.services.planned_stops import plan_stop
from projects.services.probes import set_probe
from projects.services.relabels import record_relabels
from projects.services.rhythms import set_rhythm
from projects.services.rollbacks import record_rehearsal
from projects.services.runs import push_model_version
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task
from projects.services.version_overlaps import record_version_overlap
from tests.factories import make_connection, make_evaluation, make_runs
from tests.kpis.realised_world import TRIAL
from tests.kpis.world import COMMIT, POOR, aimed, in_days, judged, report
from tests.projects.labeling_world import NOON, pushed
from tests.projects.rows_of_cases import announced, begin, cases
from tests.servers.hostile import HostileServer, raw

# The hash of one row.
ROW = "AAAAAAAAAAE="


def fill(owner: Principal, mark: str = "", key: str = "CHURN") -> tuple[Initiative, dict[str, str]]:
    """Fill a workspace and return its initiative, and an id of each kind. `mark` stands in every text."""
    initiative = aimed(owner, key, name=f"Churn {mark}", problem=mark)
    run = report(initiative, f"ci-{mark}-{key}", POOR, name=mark)
    version, _ = push_model_version(owner, initiative, name=f"model-{mark}", version="3", run=run.external_id)
    looser = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.8, reason=f"Dear. {mark}")
    connection = make_connection(owner, name=f"MLflow {key} {mark}", initiative=initiative)
    make_runs(connection, 1)
    attempt = ask_sync(owner, connection)
    kpi = create_kpi(owner, key=f"{key.lower()}-rate", name=f"Rate {mark}", direction="lower", baseline=9, target=5)
    record_readings(kpi, [{"time": "2026-01-01", "value": 8.0, "segment": mark}], owner)
    record_readings(kpi, [{"time": "2026-01-01", "value": 8.5, "segment": mark}], owner)
    files = make_connection(owner, name=f"Files {key} {mark}", kind="csv_link")
    KpiSource.objects.create(
        kpi=kpi,
        kind="csv_link",
        name=f"Link {mark}",
        connection=files,
        statement=mark or "rates.csv",
        begins=NOON.date(),
    )
    observing = ObservationSource.objects.create(
        initiative=initiative,
        connection=files,
        kind="errors",
        name=f"errors {mark}".strip(),
        statement=mark or "rates.csv",
        method=mark[:60].strip(),
        begins=NOON.date(),
    )
    source = add_source(
        owner, kpi, "upload", None, {"name": f"Files {mark}", "options": {"time_column": mark or "day"}}
    )
    edit_kpi(owner, kpi, {"target": 6}, reason=f"Dear. {mark}")
    tie = set_contribution(owner, initiative, kpi, expected=-1.0, how=mark)
    twice = f'2 * kpi("{kpi.key}") + fact("{initiative.key}", "labels")'
    create_kpi(owner, name=f"Twice {mark}", formula=twice)
    set_bridge(owner, tie, volume=1000, value_per_correct=1, cost_per_error=2, formula="decided", inputs={"a": 1.0})
    trial, _ = record_experiment(owner, initiative, kpi, **{**TRIAL, "name": f"Calls {mark}", "note": mark})
    asked = {"method": "experiment", "experiment": trial.public_id, "segment": mark, "note": mark}
    result = keep_result(owner, initiative, kpi, **asked)
    cost = add_cost(
        owner, initiative, kind="compute", starts_on="2026-01-01", ends_on="2026-01-31", amount=9, note=mark
    )
    decide_value(owner, initiative, decision="retire", reason=f"Dear. {mark}")
    set_stop_rule(owner, initiative, metric=f"accuracy {mark}", gain=0.005, attempts=5)
    set_alias(owner, initiative, alias=f"acc {mark}", metric="accuracy")
    state_baseline(owner, initiative, metric="accuracy", value=0.5, note=f"Guess. {mark}")
    word = attest(owner, initiative, check="data.privacy", link="https://example.org/", note=mark)
    data, _ = record_dataset(
        owner, initiative, name=f"cards {mark}", digest="1", labels_digest="9f", uri=f"s3://cards/{mark}"
    )
    record_splits(owner, initiative, data, [SplitInput(f"train {mark}", hashes=ROW), SplitInput("test", hashes="")])
    other, _ = record_dataset(owner, initiative, name=f"learnt {mark}", digest="2")
    record_version_overlap(owner, initiative, data, other, rows=1)
    where = f"production {mark}"
    earlier, _ = record_deployment(owner, initiative, environment=where, version="2")
    about_live: dict[str, Any] = {"version": "3", "commit": COMMIT, "endpoint": "https://models.example.org/"}
    live, _ = record_deployment(owner, initiative, environment=where, **about_live)
    set_probe(owner, live, expected=mark)
    record_rehearsal(owner, initiative, environment=where, seconds=40, note=mark)
    about: dict[str, Any] = {"run": run.external_id, "dataset": DatasetRecord(f"cards {mark}", "1"), "scope": mark}
    evaluated = [
        make_evaluation(initiative, 20, cases=True, external_id=f"e{number} {mark}", **about) for number in (1, 2)
    ]
    labels = [pushed(f"t1 {mark}", "ann", mark or "cat", batch=mark), pushed("t1", "bob", "dog")]
    record_annotations(owner, initiative, labels)
    for batch in sorted({"", mark}):
        tie_batch(owner, initiative, batch=batch, dataset=data)
    record_labeling_snapshot(owner, initiative, SnapshotRecord(NOON, 90, 40, per_class={mark or "cat": 40}))
    switch_annotator_figures(replace(owner, is_labeling_lead=True), initiative, on=True)
    set_quota(owner, initiative, **{"class": mark or "cat", "wanted": 60, "reason": mark})
    audit, _ = draw_audit(owner, initiative, n=2, kind="by_class", least=1, seed="seven", labels_digest=mark, note=mark)
    first = {"task": audit.tasks.get(number=1).external_id, "label": mark or "cat"}
    record_relabels(owner, audit, [first], source=RelabelSource.HERE)
    upload = begin(owner, initiative, announced(cases(3), 2, scope=mark))
    post_update(owner, initiative, health="at_risk", text=mark)
    waiver = request_waiver(owner, initiative, check="model.accuracy", reason=f"Pilot. {mark}", expires=in_days(9))
    days = {"starts_on": in_days(0).date(), "ends_on": in_days(13).date()}
    sprint, into = (create_sprint(owner, name=f"{key} {n} {mark}", goal=mark, **days) for n in (1, 2))
    blocker = create_task(owner, initiative, title=f"Ask {mark}", body=mark, sprint=sprint, run=run, dataset=data)
    task = create_task(owner, initiative, title=f"Fit {mark}", status="doing", blocked_by=[blocker])
    days = {"earliest": in_days(1).date(), "likely": in_days(2).date(), "latest": in_days(3).date()}
    estimate = estimate_check(owner, initiative, check="operations.owner", **days)
    set_rhythm(owner, initiative, every="weekly", weekday=0, hour=9, zone="Europe/Warsaw")
    link, _secret = create_link(owner)
    watched = watch(owner, kpi, mark) | observe(owner, initiative, mark)
    panels = [
        {"kind": "kpi_tile", "title": f"Rate {mark}", "settings": {"kpi": kpi.key}},
        {"kind": "text", "title": f"Words {mark}", "settings": {"text": f"Hello. {mark}"}},
    ]
    about = {"name": f"Board {mark}", "team": mark, "description": mark}
    dashboard = create_dashboard(owner, key=f"{key.lower()}-board", panels=panels, **about)
    share, _secret = create_share(owner, kind="portfolio", query=f"q={mark}")
    note_opening(share, "page")
    hook = f"https://{mark or 'hooks'}.example.org/{mark}"
    sent = subscribe(owner, kind="kpi", target=kpi.key, channel="slack", secret_url=hook)
    ask_now(owner, sent.public_id)
    judged(initiative)
    told, _secret = create_hook(owner, name=f"CI {mark}", url=hook, events=["alert.opened"])
    tried = try_hook(owner, told.public_id)
    HookDelivery.objects.filter(pk=tried.pk).update(state="sent", status=204, ended_at=tried.created_at)
    answer: dict[str, Any] = decide_gate(owner, initiative, commit=COMMIT, ref=mark)
    return initiative, {
        "initiatives": initiative.key,
        "kpis": kpi.key,
        "kpi": kpi.key,
        "run_id": run.public_id,
        "target_id": looser.public_id,
        "goal_id": kpi.goals.get(state="proposed").public_id,
        **watched,
        "attestation_id": word.public_id,
        "waiver_id": waiver.public_id,
        "connections": connection.public_id,
        "connection_id": connection.public_id,
        "source_id": source.public_id,
        "observing_id": observing.public_id,
        "source_connection": files.public_id,
        "upload_id": upload.public_id,
        "audit_id": audit.public_id,
        "dataset_id": data.public_id,
        "deployment_id": live.public_id,
        "earlier_id": earlier.public_id,
        "sprint_id": sprint.public_id,
        "into_id": into.public_id,
        "task_key": task.key,
        "blocker_key": blocker.key,
        "check_id": "model.reviewed",
        "trained_id": other.public_id,
        "project": initiative.labeling_projects.get(connection=None).public_id,
        "attempt_id": attempt.public_id,
        "evaluation_id": evaluated[0].public_id,
        "model_version_id": version.public_id,
        "calendar_id": link.public_id,
        "share_id": share.public_id,
        "subscription_id": sent.public_id,
        "webhook_id": told.public_id,
        "delivery_id": tried.public_id,
        "estimate_id": estimate.public_id,
        "decision_id": answer["decision"],
        "experiment_id": trial.public_id,
        "result_id": result.public_id,
        "cost_id": cost.public_id,
        "dashboards": dashboard.key,
        "panel_id": dashboard.panels.get(position=1).public_id,
        "owner": owner.user.email if owner.user else "",
    }


def watch(owner: Principal, kpi: KPI, mark: str) -> dict[str, str]:
    """Write a note on a KPI, watch it, and tell its owner; return an id of each."""
    note = write_note(owner, kpi, day="2026-01-01", text=f"A campaign. {mark}")
    alert = watch_kpi(owner, kpi, kind="threshold", side="above", value=100.0)
    now = timezone.now()
    episode = AlertEpisode.objects.create(alert=alert, opened_at=now, words=f"It is above. {mark}")
    notice = Notice.objects.create(member=member_of(owner), episode=episode, why=f"You own it. {mark}", created_at=now)
    return {"note_id": note.public_id, "alert_id": alert.public_id, "notice_id": notice.public_id}


def observe(owner: Principal, initiative: Initiative, mark: str) -> dict[str, str]:
    """Observe a volume that falls silent, enter its source and plan a stop; return an id of each kind."""
    volume = {"kind": "volume", "name": f"refills {mark}".strip(), "segment": mark, "value": 12, "method": mark[:60]}
    record_observations(owner, initiative, [{**volume, "time": in_days(-1).isoformat(), "reference": mark}])
    fault = Fault(
        f"silent:{initiative.key}:{mark}", "silent", f"refills {mark}", mark, "warning", f"Nothing came. {mark}"
    )
    keep_findings(initiative, [(fault, [initiative.pk])], [], in_days(0))
    tell_causes(initiative, in_days(0))
    key = f"{initiative.key.lower()}-feed"
    source = create_source(
        owner, key=key, name=f"Feed {mark}", owner=owner.user, note=mark, features=[(initiative.key, f"refills {mark}")]
    )
    days = {"first_day": in_days(1).date(), "last_day": in_days(2).date()}
    stop = plan_stop(owner, initiative=initiative, source=source, segment=mark, reason=f"Closed. {mark}", **days)
    finding = Finding.objects.get(initiative=initiative)
    return {"source_key": source.key, "stop_id": stop.public_id, "finding_id": finding.public_id}


def serve_file(server: HostileServer, ids: dict[str, str]) -> None:
    """Let the connection that sources may ask lead to a server that answers everything with a file of readings."""
    server.script[:] = [raw(200, b"day,rate\n2026-02-01,7.5\n")]
    Connection.objects.filter(public_id=ids["source_connection"]).update(base_url=server.url)
