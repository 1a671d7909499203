"""Targets: versions, what loosens them, who confirms it, and other names of metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kpis.models import Target
from kpis.selectors.targets import aliases_of
from kpis.services.aliases import remove_alias, set_alias
from kpis.services.baselines import state_baseline
from kpis.services.targets import approve_target, has_result, propose_target, reject_target, withdraw_target
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.records import EvaluationRecord
from projects.models import Initiative, JudgeDue, Origin
from projects.progress.evaluations.tally import tally_rows
from projects.services.evaluations import record_evaluation
from tests.factories import EPOCH, make_initiative, make_member, make_runs, make_stranger, make_workspace

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"metric": "accuracy", "comparator": ">=", "value": 0.9}


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def states(initiative: Initiative) -> list[str]:
    return list(initiative.targets.order_by("id").values_list("state", flat=True))


def test_the_first_version_is_in_force_at_once(owner: Principal, initiative: Initiative) -> None:
    target = propose_target(owner, initiative, **ASKED, minimum_n=500, confidence=0.95)
    assert (target.state, target.number, target.author) == ("active", 1, owner.user)
    assert AuditEvent.objects.get(object_kind="target").after["minimum_n"] == 500


def test_the_same_again_is_no_new_version(owner: Principal, initiative: Initiative) -> None:
    assert propose_target(owner, initiative, **ASKED) == propose_target(owner, initiative, **ASKED)
    assert states(initiative) == ["active"]


def test_slices_have_targets_of_their_own(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    propose_target(owner, initiative, **{**ASKED, "value": 0.8}, slice="region=EU")
    assert states(initiative) == ["active", "active"]


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({"metric": ""}, "metric"),
        ({"comparator": "=>"}, "comparator"),
        ({"value": None}, "value"),
        ({"value": float("inf")}, "value"),
        ({"value": 90}, "value"),
        ({"comparator": "between"}, "high"),
        ({"comparator": "between", "high": 0.5}, "high"),
        ({"high": 0.95}, "high"),
        ({"minimum_n": 0}, "minimum_n"),
        ({"minimum_n": 2.5}, "minimum_n"),
        ({"confidence": 0.5}, "confidence"),
        ({"confidence": 95}, "confidence"),
        ({"threshold": 1.1}, "threshold"),
        ({"threshold": "high"}, "threshold"),
        ({"metric": "recall", "threshold": 0.8}, "threshold"),
        ({"slice": "region=EU", "threshold": 0.8}, "threshold"),
        ({"grid_step": 0.03}, "grid_step"),
        ({"grid_step": 0}, "grid_step"),
        ({"grid_step": 1.0}, "grid_step"),
        ({"grid_step": 0.00001}, "grid_step"),
        ({"metric": "recall", "grid_step": 0.05}, "grid_step"),
        ({"dataset_digest": "d" * 129}, "dataset_digest"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_each_wrong_field_is_named(owner: Principal, initiative: Initiative, given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        propose_target(owner, initiative, **{**ASKED, **given})
    assert list(error.value.message_dict) == [wrong]
    assert states(initiative) == []


def test_without_a_result_less_may_be_asked(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    propose_target(owner, initiative, **{**ASKED, "value": 0.8})
    assert states(initiative) == ["superseded", "active"]


@pytest.mark.parametrize(
    "given",
    [{"value": 0.8}, {"comparator": ">", "value": 0.85}, {"minimum_n": 100}, {"confidence": 0.8}, {"confidence": None}],
    ids=["value", "comparator", "n", "confidence", "no-confidence"],
)
def test_with_a_result_less_needs_a_reason_and_waits(
    owner: Principal, initiative: Initiative, given: dict[str, Any]
) -> None:
    base = {**ASKED, "minimum_n": 500, "confidence": 0.95}
    propose_target(owner, initiative, **base)
    make_runs(initiative)
    with pytest.raises(ValidationError) as error:
        propose_target(owner, initiative, **{**base, **given})
    assert list(error.value.message_dict) == ["reason"]
    waiting = propose_target(owner, initiative, **{**base, **given}, reason="labels were wrong")
    assert waiting.loosens
    assert states(initiative) == ["active", "proposed"]


def test_what_evaluations_are_judged_by_is_kept(owner: Principal, initiative: Initiative) -> None:
    given = {**ASKED, "threshold": 0.8, "grid_step": 0.05, "dataset_digest": " d1 "}
    target = propose_target(owner, initiative, **given)
    assert (target.threshold, target.grid_step, target.dataset_digest) == (0.8, 0.05, "d1")
    assert propose_target(owner, initiative, **given) == target
    assert propose_target(owner, initiative, **ASKED, slice="region=EU").grid_step == 0.01


@pytest.mark.parametrize("change", [{"threshold": 0.7}, {"grid_step": 0.1}, {"dataset_digest": ""}])
def test_once_evaluated_other_terms_need_a_reason_and_wait(
    owner: Principal, initiative: Initiative, change: dict[str, Any]
) -> None:
    given = {**ASKED, "threshold": 0.8, "grid_step": 0.05, "dataset_digest": "d1"}
    propose_target(owner, initiative, **given)
    record = EvaluationRecord(tally_rows([0.9], [True]), EPOCH)
    record_evaluation(initiative, record, origin=Origin.STATISTICS)
    with pytest.raises(ValidationError) as error:
        propose_target(owner, initiative, **{**given, **change})
    assert list(error.value.message_dict) == ["reason"]
    assert propose_target(owner, initiative, **{**given, **change}, reason="r").state == "proposed"


def test_with_a_result_more_may_be_asked_at_once(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    make_runs(initiative)
    assert propose_target(owner, initiative, **{**ASKED, "value": 0.95}).state == "active"


def test_a_result_on_another_metric_does_not_matter(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    make_runs(initiative, [{"f1": 0.8}])
    assert propose_target(owner, initiative, **{**ASKED, "value": 0.8}).state == "active"


def test_a_result_under_another_name_matters(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    make_runs(initiative, [{"val_acc": 0.8}])
    assert not has_result(initiative, "accuracy")
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    assert has_result(initiative, "accuracy")


@pytest.mark.parametrize("key", ["accuracy@0.85", "accuracy@coverage"])
def test_accuracy_at_a_coverage_is_a_result_of_both(initiative: Initiative, key: str) -> None:
    make_runs(initiative, [{key: 0.91}])
    assert has_result(initiative, "accuracy")
    assert has_result(initiative, "coverage")
    assert not has_result(initiative, "accuracy", "EU")
    assert not has_result(initiative, "recall")


def loosened(owner: Principal, initiative: Initiative) -> Target:
    propose_target(owner, initiative, **ASKED)
    make_runs(initiative)
    return propose_target(owner, initiative, **{**ASKED, "value": 0.8}, reason="r")


def test_another_person_confirms(owner: Principal, initiative: Initiative) -> None:
    approver = make_member(owner.workspace, is_approver=True)
    target = approve_target(approver, loosened(owner, initiative))
    assert (target.state, target.approver, target.self_approved) == ("active", approver.user, False)
    assert states(initiative) == ["superseded", "active"]


def test_the_author_cannot_confirm(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(ValidationError, match="Somebody else"):
        approve_target(owner, loosened(owner, initiative))


def test_a_workspace_of_one_may_allow_it_and_it_is_kept(owner: Principal, initiative: Initiative) -> None:
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    assert approve_target(owner, loosened(owner, initiative)).self_approved


def test_a_rejected_version_is_over(owner: Principal, initiative: Initiative) -> None:
    target = reject_target(owner, loosened(owner, initiative))
    assert states(initiative) == ["active", "rejected"]
    with pytest.raises(ValidationError, match="not waiting"):
        approve_target(owner, target)


def test_a_stranger_decides_nothing(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(Initiative.DoesNotExist):
        approve_target(make_stranger(), loosened(owner, initiative))


def test_a_second_proposal_replaces_the_first(owner: Principal, initiative: Initiative) -> None:
    loosened(owner, initiative)
    propose_target(owner, initiative, **{**ASKED, "value": 0.7}, reason="r")
    assert states(initiative) == ["active", "superseded", "proposed"]


def test_withdrawing_before_a_result_ends_it(owner: Principal, initiative: Initiative) -> None:
    withdraw_target(owner, propose_target(owner, initiative, **ASKED))
    assert states(initiative) == ["superseded", "withdrawn"]
    with pytest.raises(ValidationError, match="in force"):
        withdraw_target(owner, initiative.targets.order_by("id")[0])


def test_withdrawing_with_a_result_waits_for_another_person(owner: Principal, initiative: Initiative) -> None:
    target = propose_target(owner, initiative, **ASKED)
    make_runs(initiative)
    with pytest.raises(ValidationError):
        withdraw_target(owner, target)
    waiting = withdraw_target(owner, target, reason="out of scope")
    assert states(initiative) == ["active", "proposed"]
    approve_target(make_member(owner.workspace, is_approver=True), waiting)
    assert states(initiative) == ["superseded", "withdrawn"]
    assert propose_target(owner, initiative, **ASKED).number == 3


def test_the_database_keeps_one_version_in_force(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(initiative=initiative, number=2, **ASKED)


def test_every_deed_is_noted(owner: Principal, initiative: Initiative) -> None:
    target = loosened(owner, initiative)
    deeds: list[Callable[[], object]] = [
        lambda: approve_target(make_member(owner.workspace, is_approver=True), target),
        lambda: set_alias(owner, initiative, alias="val_acc", metric="accuracy"),
        lambda: remove_alias(owner, initiative, "val_acc"),
        lambda: state_baseline(owner, initiative, metric="accuracy", value=0.7, n=1000, note="majority class"),
    ]
    for deed in deeds:
        JudgeDue.objects.all().delete()
        deed()
        assert JudgeDue.objects.get().initiative == initiative


def test_an_alias_stands_for_a_metric(owner: Principal, initiative: Initiative) -> None:
    set_alias(owner, initiative, alias="eval/accuracy", metric="accuracy")
    assert [(each.alias, each.metric) for each in aliases_of(initiative)] == [("eval/accuracy", "accuracy")]
    with pytest.raises(ValidationError, match="another name of accuracy"):
        propose_target(owner, initiative, **{**ASKED, "metric": "eval/accuracy"})
    assert remove_alias(owner, initiative, "eval/accuracy")
    assert not remove_alias(owner, initiative, "eval/accuracy")
    assert aliases_of(initiative) == []


@pytest.mark.parametrize(
    "alias, metric", [("accuracy", "accuracy"), ("acc", "val_acc"), ("accuracy", "other"), ("", "a")]
)
def test_chains_and_circles_of_aliases_are_refused(
    owner: Principal, initiative: Initiative, alias: str, metric: str
) -> None:
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    with pytest.raises(ValidationError):
        set_alias(owner, initiative, alias=alias, metric=metric)
    assert initiative.metric_aliases.count() == 1


def test_a_metric_with_a_target_cannot_become_an_alias(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, **ASKED)
    with pytest.raises(ValidationError, match="withdraw"):
        set_alias(owner, initiative, alias="accuracy", metric="top")


@pytest.mark.parametrize(
    "given, wrong",
    [({"metric": ""}, "metric"), ({"value": None}, "value"), ({"n": -1}, "n"), ({"note": " "}, "note")],
)
def test_a_baseline_says_what_it_is(
    owner: Principal, initiative: Initiative, given: dict[str, Any], wrong: str
) -> None:
    stated: dict[str, Any] = {"metric": "accuracy", "value": 0.7, "n": 1000, "note": "majority class"}
    with pytest.raises(ValidationError) as error:
        state_baseline(owner, initiative, **{**stated, **given})
    assert list(error.value.message_dict) == [wrong]
