"""The gate: judged in the request, kept with its whole document, beside the initiative's own verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kpis.models import GateDecision, ReadinessSnapshot
from kpis.selectors.snapshots import readiness_document
from kpis.services.gates import decide_gate, flat_checks
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from mltrack.clock import database_now
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Evaluation, Initiative, JudgeDue, ModelVersion, Origin
from projects.progress.evaluations.tally import tally_rows
from projects.services.evaluations import record_evaluation
from tests.factories import EPOCH, make_workspace
from tests.kpis.world import COMMIT, GOOD, POOR, aimed, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return aimed(owner)


def test_no_run_of_the_commit_is_unknown(owner: Principal, initiative: Initiative) -> None:
    answer = decide_gate(owner, initiative, commit=COMMIT, ref="refs/heads/main")
    assert (answer["verdict"], answer["candidate"]) == ("unknown", None)
    assert answer["reasons"][0] == f"There is no finished run of commit {COMMIT} here: report one first."


def test_a_number_of_several_models_is_refused(owner: Principal, initiative: Initiative) -> None:
    for name in ("churn", "fraud"):
        ModelVersion.objects.create(workspace=owner.workspace, pushed_to=initiative, name=name, version="3")
    with pytest.raises(ValidationError) as refused:
        decide_gate(owner, initiative, model_version="3")
    assert list(refused.value.message_dict) == ["model_version"]
    assert not GateDecision.objects.exists()


def test_a_fact_counts_at_once(owner: Principal, initiative: Initiative) -> None:
    run = report(initiative, "good", GOOD)
    answer = decide_gate(owner, initiative, commit=COMMIT)
    assert answer["candidate"]["id"] == run.public_id
    assert {check["section"] for check in answer["checks"]} >= {"value", "model", "operations"}
    accuracy = next(check for check in answer["checks"] if check["id"] == "model.accuracy")
    assert (accuracy["result"], accuracy["observed"], accuracy["n"]) == ("pass", 0.95, 5000)


def test_the_answer_is_kept_whole(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "poor", POOR)
    answer = decide_gate(owner, initiative, commit=COMMIT, ref="refs/pull/7")
    kept = GateDecision.objects.get()
    assert kept.public_id == answer["decision"]
    assert {**kept.document, "checks": flat_checks(kept.document)} == answer
    assert "checks" not in kept.document
    assert (kept.verdict, kept.commit, kept.ref, kept.actor) == ("not_ready", COMMIT, "refs/pull/7", owner.user)
    assert AuditEvent.objects.get(object_kind="gate").after["decision"] == kept.public_id
    assert any("ccuracy" in reason for reason in answer["reasons"])


def test_a_dry_run_keeps_nothing(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "poor", POOR)
    answer = decide_gate(owner, initiative, commit=COMMIT, dry_run=True)
    assert (answer["decision"], answer["verdict"]) == (None, "not_ready")
    assert not GateDecision.objects.exists()
    assert not AuditEvent.objects.filter(object_kind="gate").exists()
    assert not ReadinessSnapshot.objects.exists()


def test_another_candidates_gate_leaves_the_initiatives_verdict(owner: Principal, initiative: Initiative) -> None:
    best = report(initiative, "good", GOOD)
    before = judged(initiative)
    report(initiative, "poor", POOR, tags={"mlflow.source.git.commit": "f" * 40})
    answer = decide_gate(owner, initiative, commit="f" * 40)
    assert answer["candidate"]["id"] != best.public_id
    assert ReadinessSnapshot.objects.get(is_latest=True) == before


def test_equal_candidates_get_equal_answers(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "good", GOOD)
    judged(initiative)
    shown = readiness_document(initiative)
    answer = decide_gate(owner, initiative, commit=COMMIT)
    for part in ("candidate", "verdict", "health", "score", "policy_version", "blockers", "waivers", "warnings"):
        assert answer[part] == shown[part], part
    assert _timeless(answer["sections"]) == _timeless(shown["sections"])


def _timeless(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what is of the moment: the age, and the task of a check, which no kept answer holds."""
    return [
        {**section, "checks": [{**check, "age_seconds": None, "task": None} for check in section["checks"]]}
        for section in sections
    ]


def evaluate(initiative: Initiative, name: str, digest: str = "d1", n: int = 1000) -> Evaluation:
    """Record an evaluation whose cases are all right and sure."""
    record = EvaluationRecord(
        tally_rows([1.0] * n, [True] * n), EPOCH, name, name=name, dataset=DatasetRecord("cases", digest)
    )
    return record_evaluation(initiative, record, origin=Origin.STATISTICS)[0]


def test_an_evaluation_is_asked_about(owner: Principal, initiative: Initiative) -> None:
    kept = evaluate(initiative, "nightly")
    assert kept.dataset is not None
    answer = decide_gate(owner, initiative, commit=COMMIT, evaluation="nightly")
    assert answer["candidate"]["evaluation"] == answer["candidate"]["id"] == kept.public_id
    accuracy = next(check for check in answer["checks"] if check["id"] == "model.accuracy")
    assert (accuracy["result"], accuracy["n"], accuracy["evidence"][0]["kind"]) == ("pass", 1000, "evaluation")
    decision = GateDecision.objects.get()
    assert (decision.candidate_kind, decision.test_set) == ("evaluation", kept.dataset.public_id)
    assert answer["test_set"] == {
        "id": kept.dataset.public_id,
        "dataset": "cases@d1",
        "n": 1000,
        "answers": 1,
        "allowed": 2,
        "spent": False,
    }


def test_an_evaluation_that_is_not_here_is_unknown(owner: Principal, initiative: Initiative) -> None:
    evaluate(initiative, "other")
    answer = decide_gate(owner, initiative, commit=COMMIT, evaluation="gone")
    assert (answer["verdict"], answer["candidate"], answer["test_set"]) == ("unknown", None, None)
    assert answer["reasons"][0] == "There is no evaluation gone here."


def test_answers_spend_a_test_set(owner: Principal, initiative: Initiative) -> None:
    """1,000 cases bear two answers; asking again about the same candidate is none more."""
    for name in ("a", "b", "c"):
        evaluate(initiative, name)
    evaluate(initiative, "fresh", "d2")
    JudgeDue.objects.all().delete()
    asked = [decide_gate(owner, initiative, evaluation=name) for name in ("a", "a", "b", "c", "fresh")]
    assert [each["test_set"]["answers"] for each in asked] == [1, 1, 2, 3, 1]
    assert [each["test_set"]["spent"] for each in asked] == [False, False, False, True, False]
    warned = [[each for each in answer["warnings"] if "is spent" in each["text"]] for answer in asked]
    assert [len(each) for each in warned] == [0, 0, 0, 1, 0]
    assert JudgeDue.objects.get().reason == "test set spent"


def test_a_run_spends_nothing(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "good", GOOD)
    answer = decide_gate(owner, initiative, commit=COMMIT)
    assert (answer["test_set"], GateDecision.objects.get().test_set) == (None, "")


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({}, "commit"),
        ({"commit": "a" * 101}, "commit"),
        ({"commit": "a", "ref": "\x00"}, "ref"),
        ({"commit": 7}, "commit"),
    ],
)
def test_a_gate_needs_a_name(owner: Principal, initiative: Initiative, given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        decide_gate(owner, initiative, **given)
    assert wrong in error.value.message_dict


def test_a_wrong_clock_of_the_process_moves_no_verdict(
    owner: Principal, initiative: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(initiative, "good", GOOD)
    far = database_now() + timedelta(days=4_000)
    monkeypatch.setattr("django.utils.timezone.now", lambda: far)
    answer = decide_gate(owner, initiative, commit=COMMIT)
    assert abs(GateDecision.objects.get().at - database_now()) < timedelta(minutes=5)
    assert answer["as_of"] < far.isoformat()


def test_a_gate_takes_few_queries_whatever_the_history(
    owner: Principal, initiative: Initiative, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        report(initiative, f"r{number}", GOOD)
    with django_assert_max_num_queries(10):
        decide_gate(owner, initiative, commit=COMMIT)
