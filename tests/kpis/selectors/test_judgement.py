"""What a judgement is fed with, and that its cost does not grow with history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import Attestation, ReadinessSnapshot
from kpis.scoring.inputs import JudgementInputs
from kpis.selectors.candidates import Asked
from kpis.selectors.judgement import gather_inputs
from kpis.services.aliases import set_alias
from kpis.services.baselines import state_baseline
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.services.readings import record_readings
from kpis.services.snapshots import judge_now
from kpis.services.targets import approve_target, propose_target
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.records import DatasetRecord
from projects.models import Deployment, Initiative, ModelVersion, Run
from projects.services.initiatives import edit_initiative
from projects.services.runs import record_runs
from tests.factories import (
    make_connection,
    make_initiative,
    make_member,
    make_runs,
    make_stranger,
    make_workspace,
    run_record,
)
from tests.kpis.world import judged

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def gather(initiative: Initiative, asked: Asked | None = None) -> JudgementInputs:
    fresh = Initiative.objects.select_related("workspace", "owner").get(pk=initiative.pk)
    return gather_inputs(fresh, now=timezone.now(), candidate=asked)


def record(initiative: Initiative, external_id: str, **fields: Any) -> Run:
    record_runs(initiative, [run_record(external_id, **fields)], replace=True)
    return Run.objects.get(external_id=external_id)


def label(inputs: JudgementInputs) -> str | None:
    return inputs.candidate.label if inputs.candidate else None


def test_an_empty_initiative(initiative: Initiative) -> None:
    inputs = gather(initiative)
    assert inputs.candidate is None
    assert (inputs.initiative.key, inputs.initiative.stage) == ("CHURN", "framing")
    assert not (inputs.targets or inputs.contributions or inputs.waivers)


def test_the_rule_chooses_the_candidate(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)
    best, latest = make_runs(initiative, [{"accuracy": 0.95}, {"accuracy": 0.85}])
    assert label(gather(initiative)) == best.name
    edit_initiative(owner, initiative, {"candidate_rule": "latest"})
    assert label(gather(initiative)) == latest.name
    edit_initiative(owner, initiative, {"candidate_rule": "champion"})
    assert label(gather(initiative)) is None


def version(initiative: Initiative, number: str, run: Run | None = None, **fields: Any) -> ModelVersion:
    return ModelVersion.objects.create(
        workspace=initiative.workspace,
        pushed_to=initiative,
        name="churn",
        version=number,
        run=run,
        registered_at=datetime(2026, 1, int(number), tzinfo=UTC),
        **fields,
    )


def test_the_champion_is_the_newest_version_with_the_alias(owner: Principal, initiative: Initiative) -> None:
    edit_initiative(owner, initiative, {"candidate_rule": "champion"})
    run = make_runs(initiative)[0]
    version(initiative, "1", run, aliases=["champion"])
    version(initiative, "2", run, aliases=["challenger"])
    candidate = gather(initiative).candidate
    assert candidate is not None
    assert (candidate.kind, candidate.label, candidate.run.id) == ("model_version", "churn v1", run.public_id)


def test_a_champion_of_a_rule_counts(owner: Principal, initiative: Initiative) -> None:
    edit_initiative(owner, initiative, {"candidate_rule": "champion"})
    source = make_connection(owner)
    registered = {"workspace": owner.workspace, "connection": source, "version": "7", "aliases": ["champion"]}
    ModelVersion.objects.create(name="other", **registered)
    assert label(gather(initiative)) is None
    source.selection_rules.create(initiative=initiative, registered_model="churn")
    ModelVersion.objects.create(name="churn", **registered)
    assert label(gather(initiative)) == "churn v7"


@pytest.mark.parametrize("text", ["churn/2", "models:/churn/2", "churn@challenger", "2"])
def test_a_gate_names_a_version(initiative: Initiative, text: str) -> None:
    for number, aliases in (("1", []), ("2", ["challenger"]), ("3", [])):
        version(initiative, number, aliases=aliases)
    assert label(gather(initiative, Asked(model_version=text))) == "churn v2"


def test_a_bare_number_of_several_models_is_refused(initiative: Initiative) -> None:
    first = version(initiative, "3")
    ModelVersion.objects.filter(pk=version(initiative, "4").pk).update(name="fraud", version="3")
    with pytest.raises(ValidationError) as refused:
        gather(initiative, Asked(model_version="3"))
    assert "several models (churn, fraud)" in refused.value.message_dict["model_version"][0]
    assert label(gather(initiative, Asked(model_version="fraud/3"))) == "fraud v3"
    assert label(gather(initiative, Asked(model_version=first.public_id))) == "churn v3"


@pytest.mark.parametrize("text", ["churn/9", "4", "%", "churn@nobody", "other/2"])
def test_a_version_that_is_not_here_is_no_candidate(initiative: Initiative, text: str) -> None:
    version(initiative, "2")
    version(make_initiative(make_workspace(), "OTHER"), "4")
    assert gather(initiative, Asked(model_version=text)).candidate is None


def test_a_gate_names_a_commit(initiative: Initiative) -> None:
    full = "0123456789abcdef0123456789abcdef01234567"
    tags = {"mlflow.source.git.commit": full}
    record(initiative, "old", tags=tags)
    record(initiative, "new", tags=tags, ended_at=timezone.now())
    record(initiative, "running", tags=tags, status="running", ended_at=None)
    record(initiative, "other", tags={"commit": "fff"}, ended_at=timezone.now() + timedelta(hours=1))
    assert label(gather(initiative, Asked(commit=full))) == "run new"
    assert label(gather(initiative, Asked(commit=full[:8]))) == "run new"
    assert label(gather(initiative, Asked(commit=full[:6]))) is None
    assert label(gather(initiative, Asked(commit="fff"))) == "run other"
    assert label(gather(initiative, Asked(commit="0" * 40))) is None


def test_metrics_come_under_their_own_names(owner: Principal, initiative: Initiative) -> None:
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    make_runs(initiative, [{"val_acc": 0.91, "val_acc_n": 800}])
    candidate = gather(initiative).candidate
    assert candidate is not None
    assert candidate.run.metrics["accuracy"].value == 0.91
    assert candidate.run.metrics["accuracy_n"].value == 800


def test_what_is_deployed_is_production(initiative: Initiative) -> None:
    first, second = make_runs(initiative, [{"accuracy": 0.9}, {"accuracy": 0.8}])
    deployed: dict[str, Any] = {
        "workspace": initiative.workspace,
        "initiative": initiative,
        "environment": "production",
    }
    Deployment.objects.create(run=first, version="1", at=timezone.now(), **deployed)
    Deployment.objects.create(
        run=second, version="2", at=timezone.now() + timedelta(seconds=1), state="failed", **deployed
    )
    inputs = gather(initiative, Asked(commit="none"))
    assert inputs.production is not None
    assert inputs.production.id == first.public_id
    candidate = gather(initiative).candidate
    assert candidate is not None
    assert candidate.deployed == (candidate.id == first.public_id)


def test_datasets_and_their_newest_versions(initiative: Initiative) -> None:
    old = record(initiative, "old", datasets=[DatasetRecord("train", "d1", "training")])
    assert [each.digest for each in gather(initiative).current_datasets] == ["d1"]
    record(initiative, "new", datasets=[DatasetRecord("train", "d2", "training")], status="failed")
    inputs = gather(initiative)
    assert inputs.candidate is not None
    assert inputs.candidate.id == old.public_id
    assert [each.digest for each in inputs.candidate.run.datasets] == ["d1"]
    assert [each.digest for each in inputs.current_datasets] == ["d2"]


def test_another_initiatives_data_does_not_age_ours(owner: Principal, initiative: Initiative) -> None:
    record(initiative, "ours", datasets=[DatasetRecord("train", "d1")])
    record(make_initiative(owner, "OTHER"), "theirs", datasets=[DatasetRecord("train", "d9")])
    assert [each.digest for each in gather(initiative).current_datasets] == ["d1"]


def test_kpis_come_with_goal_and_latest_reading(owner: Principal, initiative: Initiative) -> None:
    kpi = create_kpi(owner, name="Churn", direction="lower", baseline=12.0, target=8.0, owner=owner.user)
    set_contribution(owner, initiative, kpi, expected=-2.0, by="2027-03-31", grade="B")
    record_readings(kpi, {"times": ["2026-06-02", "2026-06-01"], "values": [11.0, 12.0]})
    record_readings(kpi, [{"time": "2026-06-03", "value": 99.0, "segment": "EU"}])
    tie = gather(initiative).contributions[0]
    assert (tie.kpi, tie.owner, tie.goal.target, tie.latest, tie.grade) == ("churn", str(owner.user), 8.0, 11.0, "B")
    assert tie.url == f"/w/{owner.workspace.key}/kpis/churn/"


def test_what_waits_and_what_was_self_approved_is_said(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)
    make_runs(initiative)
    target = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.8, reason="r")
    assert "waits for approval" in gather(initiative).proposals[0]
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    approve_target(owner, target)
    assert "approved by the one who proposed it" in gather(initiative).proposals[0]


def bars(initiative: Initiative) -> list[tuple[str, str, str, str]]:
    """Return the changes of bars that a judgement is told of."""
    return [(each.metric, each.before, each.after, each.by) for each in gather(initiative).bars]


def state(owner: Principal, initiative: Initiative, metric: str, value: float, n: int | None = None) -> None:
    state_baseline(owner, initiative, metric=metric, value=value, n=n, note="The most frequent class.")


def test_bars_that_moved_after_a_result_are_told(owner: Principal, initiative: Initiative) -> None:
    colleague = make_member(owner.workspace, "manager")
    edit_initiative(owner, initiative, {"criticality": "critical"})
    state(owner, initiative, "accuracy", 0.8)
    state(owner, initiative, "accuracy", 0.75)
    judged(initiative)
    edit_initiative(owner, initiative, {"criticality": "standard"})
    assert bars(initiative) == []
    make_runs(initiative)
    judged(initiative)
    assert bars(initiative) == []
    edit_initiative(colleague, initiative, {"criticality": "experiment", "name": "Another name"})
    edit_initiative(colleague, initiative, {"name": "A third name"})
    state(owner, initiative, "accuracy", 0.7)
    state(owner, initiative, "accuracy", 0.7, 500)
    state(owner, initiative, "coverage", 0.5)
    assert bars(initiative) == [
        ("", "standard", "experiment", str(colleague.user)),
        ("accuracy", "0.75", "0.7", str(owner.user)),
    ]


def test_bars_of_another_initiative_with_the_key_are_not(owner: Principal, initiative: Initiative) -> None:
    make_runs(initiative)
    judged(initiative)
    stranger = make_stranger()
    theirs = make_initiative(stranger, initiative.key)
    edit_initiative(stranger, theirs, {"criticality": "experiment"})
    assert bars(initiative) == bars(theirs) == []
    edit_initiative(owner, initiative, {"criticality": "experiment"})
    AuditEvent.objects.filter(action="edit").update(at=initiative.created_at - timedelta(seconds=1))
    assert bars(initiative) == []


def test_a_waiting_goal_is_said(owner: Principal, initiative: Initiative) -> None:
    kpi = create_kpi(owner, name="Churn", direction="lower", baseline=12.0, target=8.0)
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, {"times": ["2026-06-01"], "values": [11.0]})
    edit_kpi(owner, kpi, {"target": 9.0}, reason="r")
    assert gather(initiative).proposals == ("A change of the goal of Churn waits for approval",)
    assert gather(initiative).contributions[0].goal.target == 8.0


def test_accuracy_and_coverage_are_the_first_targets(owner: Principal, initiative: Initiative) -> None:
    for metric in ("latency", "coverage", "accuracy"):
        propose_target(owner, initiative, metric=metric, comparator=">=", value=0.5)
    assert [target.metric for target in gather(initiative).targets] == ["accuracy", "coverage", "latency"]


def test_the_newest_word_and_baseline_count(owner: Principal, initiative: Initiative) -> None:
    end = timezone.now() + timedelta(days=9)
    for link, revoked in (("https://a.example", None), ("https://b.example", None), ("https://c.example", end)):
        Attestation.objects.create(
            initiative=initiative, check_id="x.y", link=link, expires_at=end, revoked_at=revoked, author=owner.user
        )
    for value in (0.6, 0.7):
        state_baseline(owner, initiative, metric="accuracy", value=value, note="majority")
    inputs = gather(initiative)
    assert [word.link for word in inputs.attestations] == ["https://b.example"]
    assert [baseline.value for baseline in inputs.baselines] == [0.7]


def fill(owner: Principal, initiative: Initiative, size: int) -> None:
    """Give an initiative as much of everything as asked for."""
    for number in range(size):
        tags = {"threshold": "0.8", "commit": f"{number:07}"}
        metrics = {"accuracy": 0.8 + number / 1000, "coverage": 0.7, "n": 1000}
        data = [DatasetRecord("train", f"d{number}")]
        record(initiative, f"{initiative.key}-{number}", metrics=metrics, tags=tags, datasets=data)
        kpi = create_kpi(owner, name=f"KPI {initiative.key} {number}", target=2.0, baseline=1.0)
        set_contribution(owner, initiative, kpi)
        record_readings(kpi, {"times": ["2026-06-01", "2026-06-02"], "values": [1, number]})
        propose_target(owner, initiative, metric=f"m{number}", comparator=">=", value=0.5)
        state_baseline(owner, initiative, metric=f"m{number}", value=0.5, note="n")
        judge_now(initiative.pk)
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)


@pytest.mark.parametrize(
    "asked", [None, Asked(commit="0000001"), Asked(model_version="churn/1")], ids=["rule", "commit", "version"]
)
def test_the_number_of_queries_is_fixed(owner: Principal, asked: Asked | None) -> None:
    counts = []
    for key, size in (("SMALL", 2), ("LARGE", 20)):
        initiative = make_initiative(owner, key)
        fill(owner, initiative, size)
        fresh = Initiative.objects.select_related("workspace", "owner").get(pk=initiative.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gather_inputs(fresh, now=timezone.now(), candidate=asked)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_judging_takes_a_fixed_number_of_queries(owner: Principal) -> None:
    counts = []
    for key, size in (("SMALL", 2), ("LARGE", 20)):
        initiative = make_initiative(owner, key)
        fill(owner, initiative, size)
        make_member(owner.workspace)
        with CaptureQueriesContext(connection) as queries:
            judge_now(initiative.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
    assert ReadinessSnapshot.objects.filter(is_latest=True).count() == 2
