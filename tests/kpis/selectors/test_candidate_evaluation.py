"""Which evaluation measures a candidate, what it is compared with, and that the cost is fixed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import GateDecision
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.inputs import EvaluationFacts, JudgementInputs
from kpis.selectors.candidates import Asked
from kpis.selectors.judgement import gather_inputs
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Deployment, Evaluation, Initiative, ModelVersion, Origin, Pairing, Run
from projects.progress.evaluations.tally import Tally, tally_rows
from projects.services.evaluations import record_evaluation
from projects.services.initiatives import edit_initiative
from tests.factories import EPOCH, make_initiative, make_runs, make_workspace

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


def measuring(initiative: Initiative, asked: Asked | None = None) -> EvaluationFacts:
    candidate = gather(initiative, asked).candidate
    assert candidate is not None and candidate.evaluation is not None
    return candidate.evaluation


def right(share: float, n: int = 100) -> Tally:
    """Count cases at full confidence, so many of them right."""
    return tally_rows([1.0] * n, [place < share * n for place in range(n)])


def evaluate(
    initiative: Initiative, name: str, day: int = 0, digest: str = "d1", share: float = 0.9, **fields: Any
) -> Evaluation:
    """Record an evaluation on a day, on a version of the test data."""
    data = DatasetRecord("cases", digest) if digest else None
    record = EvaluationRecord(right(share), EPOCH + timedelta(days=day), name, name=name, dataset=data, **fields)
    return record_evaluation(initiative, record, origin=Origin.STATISTICS)[0]


def deploy(initiative: Initiative, **what: Any) -> Deployment:
    given = {"workspace": initiative.workspace, "initiative": initiative, "environment": "production"}
    return Deployment.objects.create(version="1", at=timezone.now(), **given, **what)


def test_a_run_takes_its_newest_test(initiative: Initiative) -> None:
    mine, other = make_runs(initiative, [{"accuracy": 0.9}, {"accuracy": 0.8}])
    evaluate(initiative, "old", run=other.external_id)
    evaluate(initiative, "test", run=other.external_id, day=1)
    evaluate(initiative, "shadow", run=other.external_id, day=8, purpose="shadow")
    evaluate(initiative, "validation", run=other.external_id, day=9, purpose="validation")
    evaluate(initiative, "another's", run=mine.external_id, day=9)
    found = gather(initiative).candidate
    assert found is not None and found.evaluation is not None
    assert (found.kind, found.id, found.evaluation.label) == ("run", other.public_id, "test")
    assert found.evaluation.url.endswith(f"/evaluations/{found.evaluation.id}/")


def test_the_data_that_a_target_names_goes_before(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)
    initiative.targets.update(dataset_digest="d1")
    (run,) = make_runs(initiative)
    for day, digest in enumerate(("d1", "d2")):
        evaluate(initiative, digest, day, digest, run=run.external_id)
    assert measuring(initiative).label == "d1"


def test_a_run_without_an_evaluation_has_none(initiative: Initiative) -> None:
    make_runs(initiative)
    evaluate(initiative, "nobody's")
    candidate = gather(initiative).candidate
    assert candidate is not None and (candidate.kind, candidate.evaluation) == ("run", None)


def test_without_a_run_the_newest_evaluation_is_the_candidate(initiative: Initiative) -> None:
    for day in range(3):
        kept = evaluate(initiative, f"e{day}", day, commit="abc")
    found = gather(initiative).candidate
    assert found is not None and found.evaluation is not None
    assert (found.kind, found.id, found.run.id, found.run.status) == ("evaluation", kept.public_id, "", "finished")
    assert (found.run.commit, found.run.ended_at, [each.digest for each in found.datasets]) == ("abc", kept.at, ["d1"])
    assert [each.digest for each in gather(initiative).current_datasets] == ["d1"]


@pytest.mark.parametrize("by", ["public_id", "external_id"])
def test_a_gate_names_an_evaluation(initiative: Initiative, by: str) -> None:
    (run,) = make_runs(initiative)
    kept = evaluate(initiative, "wanted", purpose="shadow", run=run.external_id)
    evaluate(initiative, "newer", 1)
    found = gather(initiative, Asked(commit="x", evaluation=getattr(kept, by))).candidate
    assert found is not None
    assert (found.kind, found.id, found.run.id) == ("evaluation", kept.public_id, run.public_id)


@pytest.mark.parametrize("name", ["evl_nothing", "theirs", "%"])
def test_an_evaluation_that_is_not_here_is_no_candidate(owner: Principal, initiative: Initiative, name: str) -> None:
    evaluate(initiative, "ours")
    evaluate(make_initiative(owner, "OTHER"), "theirs")
    assert gather(initiative, Asked(evaluation=name)).candidate is None


def test_a_commit_without_a_run_may_have_an_evaluation(initiative: Initiative) -> None:
    full = "0123456789abcdef0123456789abcdef01234567"
    evaluate(initiative, "other", 5, commit="f" * 40)
    evaluate(initiative, "wanted", commit=full)
    assert measuring(initiative, Asked(commit=full)).label == "wanted"
    assert measuring(initiative, Asked(commit=full[:8])).label == "wanted"
    assert gather(initiative, Asked(commit="abc")).candidate is None


def test_the_rule_chooses_the_evaluation_that_meets_most(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.85)
    make_runs(initiative)
    edit_initiative(owner, initiative, {"candidate_rule": "evaluation"})
    assert gather(initiative).candidate is None
    for day, share in enumerate((0.99, 0.98, 0.5)):
        evaluate(initiative, f"e{share}", day, share=share)
    evaluate(initiative, "validation", 9, share=1.0, purpose="validation")
    assert measuring(initiative).label == "e0.98"


def test_a_version_takes_its_own(initiative: Initiative) -> None:
    (run,) = make_runs(initiative)
    kept = {"workspace": initiative.workspace, "pushed_to": initiative, "name": "churn"}
    for number in "12":
        ModelVersion.objects.create(version=number, run=run, registered_at=EPOCH, **kept)
        evaluate(initiative, f"v{number}", int(number), model_version=f"churn/{number}")
    assert measuring(initiative, Asked(model_version="churn/1")).label == "v1"
    ModelVersion.objects.create(version="3", registered_at=EPOCH, **kept)
    evaluate(initiative, "v3", model_version="churn/3")
    found = gather(initiative, Asked(model_version="churn/3")).candidate
    assert found is not None and (found.kind, found.run.status) == ("model_version", "finished")


def champion(initiative: Initiative) -> tuple[Run, Run]:
    """Return what is live, and a newer run; both have an evaluation on d1, what is live a newer one on d2."""
    live, mine = make_runs(initiative, [{"accuracy": 0.9}, {"accuracy": 0.8}])
    deploy(initiative, run=live)
    evaluate(initiative, "live", run=live.external_id)
    evaluate(initiative, "live elsewhere", 3, "d2", run=live.external_id)
    evaluate(initiative, "mine", 2, run=mine.external_id)
    return live, mine


def test_production_on_the_same_data(initiative: Initiative) -> None:
    champion(initiative)
    inputs = gather(initiative)
    assert inputs.production_evaluation is not None
    assert (inputs.production_evaluation.label, inputs.pairs) == ("live", None)


@pytest.mark.parametrize(
    "turned,pairs", [(False, Pairs(70, 10, 5, 15)), (True, Pairs(70, 5, 10, 15))], ids=["stored", "the other way"]
)
def test_both_on_the_same_cases(initiative: Initiative, turned: bool, pairs: Pairs) -> None:
    champion(initiative)
    two = [Evaluation.objects.get(name=name) for name in ("live", "mine")]
    first, second = reversed(two) if turned else two
    Pairing.objects.create(champion=first, challenger=second, counts={"": [70, 10, 5, 15]})
    assert gather(initiative).pairs == {"": pairs}


def test_what_is_live_is_not_compared_with_itself(initiative: Initiative) -> None:
    (live,) = make_runs(initiative)
    deploy(initiative, run=live)
    evaluate(initiative, "live", run=live.external_id)
    inputs = gather(initiative)
    assert inputs.candidate is not None
    assert (inputs.candidate.deployed, inputs.production_evaluation) == (True, None)
    named = gather(initiative, Asked(evaluation="live")).candidate
    assert named is not None and named.deployed


def test_answers_given_on_the_test_set_count_candidates_once(owner: Principal, initiative: Initiative) -> None:
    kept = evaluate(initiative, "e")
    assert kept.dataset is not None
    asked = {"workspace": owner.workspace, "initiative": initiative, "at": timezone.now(), "document": {}}
    for candidate, test_set in (("a", kept.dataset), ("a", kept.dataset), ("b", kept.dataset), ("c", None)):
        GateDecision.objects.create(
            candidate_id=candidate, test_set=test_set.public_id if test_set else "", verdict="ready", **asked
        )
    found = measuring(initiative)
    assert (found.answers_given, found.test_set) == (2, kept.dataset.public_id)


def test_targets_say_when_and_on_what_they_count(owner: Principal, initiative: Initiative) -> None:
    target = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9)
    initiative.targets.update(dataset_digest="d1", threshold=0.8, grid_step=0.05)
    (found,) = gather(initiative).targets
    assert (found.threshold, found.grid_step, found.dataset_digest) == (0.8, 0.05, "d1")
    assert found.declared_at == target.valid_from


ASKED = [None, Asked(commit="abc"), Asked(evaluation="e1"), Asked(model_version="churn/1")]


@pytest.mark.parametrize("rule", ["best", "evaluation"])
@pytest.mark.parametrize("asked", ASKED, ids=["rule", "commit", "evaluation", "version"])
def test_the_number_of_queries_is_fixed(owner: Principal, asked: Asked | None, rule: str) -> None:
    counts = []
    for key, size in (("SMALL", 2), ("LARGE", 25)):
        initiative = make_initiative(owner, key, candidate_rule=rule)
        run = make_runs(initiative)[0]
        deploy(initiative, run=run)
        for number in range(size):
            evaluate(initiative, f"e{number}", number, run=run.external_id, commit="abc")
        fresh = Initiative.objects.select_related("workspace", "owner").get(pk=initiative.pk)
        with CaptureQueriesContext(connection) as queries:
            gather_inputs(fresh, now=timezone.now(), candidate=asked)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
