"""A workspace that holds one of everything that the API can name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kpis.services.aliases import set_alias
from kpis.services.attestations import attest
from kpis.services.baselines import state_baseline
from kpis.services.bridges import set_bridge
from kpis.services.contributions import set_contribution
from kpis.services.gates import decide_gate
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.stop_rules import set_stop_rule
from kpis.services.targets import propose_target
from kpis.services.waivers import request_waiver
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord
from projects.models import Initiative, RelabelSource
from projects.services.annotation_pushes import record_annotations
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.connections import ask_sync
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.initiatives import post_update
from projects.services.label_audits import draw_audit
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.relabels import record_relabels
from projects.services.runs import push_model_version
from tests.factories import make_connection, make_evaluation, make_runs
from tests.kpis.world import COMMIT, POOR, aimed, in_days, judged, report
from tests.projects.labeling_world import NOON, pushed
from tests.projects.rows_of_cases import announced, begin, cases

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
    edit_kpi(owner, kpi, {"target": 6}, reason=f"Dear. {mark}")
    tie = set_contribution(owner, initiative, kpi, expected=-1.0, how=mark)
    set_bridge(owner, tie, volume=1000, value_per_correct=1, cost_per_error=2, formula="decided", inputs={"a": 1.0})
    set_stop_rule(owner, initiative, metric=f"accuracy {mark}", gain=0.005, attempts=5)
    set_alias(owner, initiative, alias=f"acc {mark}", metric="accuracy")
    state_baseline(owner, initiative, metric="accuracy", value=0.5, note=f"Guess. {mark}")
    word = attest(owner, initiative, check="data.privacy", link="https://example.org/", note=mark)
    data, _ = record_dataset(owner, initiative, name=f"cards {mark}", digest="1", uri=f"s3://cards/{mark}")
    record_splits(owner, initiative, data, [SplitInput(f"train {mark}", hashes=ROW), SplitInput("test", hashes="")])
    record_deployment(owner, initiative, environment=f"production {mark}", version="3", commit=COMMIT)
    about: dict[str, Any] = {"run": run.external_id, "dataset": DatasetRecord(f"cards {mark}", "1"), "scope": mark}
    evaluated = [
        make_evaluation(initiative, 20, cases=True, external_id=f"e{number} {mark}", **about) for number in (1, 2)
    ]
    record_annotations(owner, initiative, [pushed(f"t1 {mark}", "ann", mark or "cat"), pushed("t1", "bob", "dog")])
    record_labeling_snapshot(owner, initiative, SnapshotRecord(NOON, 90, 40, per_class={mark or "cat": 40}))
    switch_annotator_figures(replace(owner, is_labeling_lead=True), initiative, on=True)
    set_quota(owner, initiative, **{"class": mark or "cat", "wanted": 60, "reason": mark})
    audit, _ = draw_audit(owner, initiative, n=2, kind="by_class", least=1, seed="seven", labels_digest=mark, note=mark)
    first = {"task": audit.tasks.get(number=1).external_id, "label": mark or "cat"}
    record_relabels(owner, audit, [first], source=RelabelSource.HERE)
    upload = begin(owner, initiative, announced(cases(3), 2, scope=mark))
    post_update(owner, initiative, health="at_risk", text=mark)
    waiver = request_waiver(owner, initiative, check="model.accuracy", reason=f"Pilot. {mark}", expires=in_days(9))
    judged(initiative)
    answer: dict[str, Any] = decide_gate(owner, initiative, commit=COMMIT, ref=mark)
    return initiative, {
        "initiatives": initiative.key,
        "kpis": kpi.key,
        "kpi": kpi.key,
        "run_id": run.public_id,
        "target_id": looser.public_id,
        "goal_id": kpi.goals.get(state="proposed").public_id,
        "attestation_id": word.public_id,
        "waiver_id": waiver.public_id,
        "connections": connection.public_id,
        "connection_id": connection.public_id,
        "upload_id": upload.public_id,
        "audit_id": audit.public_id,
        "dataset_id": data.public_id,
        "attempt_id": attempt.public_id,
        "evaluation_id": evaluated[0].public_id,
        "model_version_id": version.public_id,
        "decision_id": answer["decision"],
        "owner": owner.user.email if owner.user else "",
    }
