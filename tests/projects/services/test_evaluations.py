"""An evaluation is kept as counts from which the very same tally comes back; the database refuses what is none."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord, MeasuredMetric
from projects.models import DatasetVersion, Evaluation, EvaluationStratum, Initiative, JudgeDue, Origin
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.tally import Tally, tally_rows
from projects.selectors.evaluations import confusion_of, evaluations_of, tallies_of, tally_of
from projects.services.evaluations import record_evaluation, sum_up
from projects.services.model_versions import push_model_version
from tests.factories import EPOCH, make_initiative, make_runs, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def counted() -> Tally:
    return tally_rows(
        [0.91, 0.91, 0.4, math.nan, 1.0],
        [True, False, True, False, True],
        {"region": ["EU", "US", "EU", "", "EU"]},
        {"sex": ["F", "M", "F", "M", ""]},
        positive=[True, False, True, False, True],
        selected=[True, True, True, True, True],
    )


def record(**fields: Any) -> EvaluationRecord:
    return replace(EvaluationRecord(tally=counted(), at=EPOCH, external_id="e1"), **fields)


def test_the_same_tally_comes_back(initiative: Initiative) -> None:
    kept, new = record_evaluation(initiative, record(), origin=Origin.STATISTICS)
    assert new
    assert tally_of(kept) == counted()
    assert (kept.n, kept.right, kept.abstained) == (5, 3, 1)
    assert JudgeDue.objects.get().reason == "evaluation recorded"


def test_it_is_summed_up_by_coverage(initiative: Initiative) -> None:
    """Of five cases the surest is right; then two at 0.91, of which one is; then one right; one has no confidence."""
    kept, _ = record_evaluation(initiative, record(), origin=Origin.STATISTICS)
    assert kept.decided_at == [1] * 20 + [3] * 40 + [4] * 20
    assert kept.right_at == [1] * 20 + [2] * 40 + [3] * 20


def test_what_was_kept_before_is_summed_up_later(initiative: Initiative) -> None:
    for name in ("e1", "e2", "e3"):
        record_evaluation(initiative, record(external_id=name), origin=Origin.STATISTICS)
    before = list(Evaluation.objects.order_by("id").values_list("decided_at", "right_at"))
    Evaluation.objects.update(decided_at=None, right_at=None)
    assert [sum_up(2), sum_up(2), sum_up(2)] == [2, 1, 0]
    assert list(Evaluation.objects.order_by("id").values_list("decided_at", "right_at")) == before


def test_several_come_in_one_query(initiative: Initiative, django_assert_num_queries: Any) -> None:
    kept = [
        record_evaluation(initiative, record(external_id=name), origin=Origin.STATISTICS)[0] for name in ("e1", "e2")
    ]
    with django_assert_num_queries(1):
        assert tallies_of(kept) == {each.pk: counted() for each in kept}
    with django_assert_num_queries(0):
        assert tallies_of([]) == {}


def test_one_external_id_is_one_evaluation(initiative: Initiative) -> None:
    first, _ = record_evaluation(initiative, record(), origin=Origin.STATISTICS)
    again, new = record_evaluation(initiative, record(name="another"), origin=Origin.STATISTICS)
    assert (again.pk, new, again.name) == (first.pk, False, "")
    for _ in range(2):
        record_evaluation(initiative, record(external_id=""), origin=Origin.STATISTICS)
    assert Evaluation.objects.count() == 3


def test_what_it_is_about(owner: Principal, initiative: Initiative) -> None:
    (run,) = make_runs(initiative)
    version, _ = push_model_version(owner, initiative, name="churn", version="3", run=run.external_id)
    given = record(
        model_version="churn/3",
        dataset=DatasetRecord("cases", "d1", rows=5),
        confusion=Confusion((("a", "a", 3), ("b", "a", 2))),
        metrics={"rmse": MeasuredMetric(1.5, 1.0, 2.0, 5)},
        members=("a/1", "b/2"),
    )
    kept, _ = record_evaluation(initiative, given, origin=Origin.UPLOAD)
    assert (kept.model_version, kept.run) == (version, run)
    assert kept.dataset == DatasetVersion.objects.get(name="cases", digest="d1", initiative=initiative)
    assert kept.metrics == {"rmse": {"value": 1.5, "low": 1.0, "high": 2.0, "n": 5}}
    assert confusion_of(kept) == given.confusion
    assert kept.members == ["a/1", "b/2"]


@pytest.mark.parametrize("named", ["public_id", "external_id"])
def test_a_run_is_found_by_either_id(initiative: Initiative, named: str) -> None:
    (run,) = make_runs(initiative)
    kept, _ = record_evaluation(initiative, record(run=getattr(run, named)), origin=Origin.STATISTICS)
    assert kept.run == run


def test_runs_of_others_are_not_found(owner: Principal, initiative: Initiative) -> None:
    (run,) = make_runs(make_initiative(owner, key="OTHER"))
    kept, _ = record_evaluation(
        initiative, record(run=run.public_id, model_version="churn/3"), origin=Origin.STATISTICS
    )
    assert (kept.run, kept.model_version) == (None, None)


def test_nothing_is_no_evaluation(initiative: Initiative) -> None:
    with pytest.raises(ValueError, match="at least one case"):
        record_evaluation(initiative, record(tally=Tally()), origin=Origin.STATISTICS)


def test_newest_first(initiative: Initiative) -> None:
    for number in range(3):
        record_evaluation(
            initiative, record(external_id=f"e{number}", at=EPOCH + timedelta(days=number)), origin=Origin.STATISTICS
        )
    assert [each.external_id for each in evaluations_of(initiative)] == ["e2", "e1", "e0"]


@pytest.mark.parametrize(
    "wrong", [{"levels": [1, 2]}, {"right": []}, {"positive": True}, {"number": 0}, {"slices": ["EU"], "groups": ["F"]}]
)
def test_the_database_refuses_what_is_no_stratum(initiative: Initiative, wrong: dict[str, Any]) -> None:
    kept, _ = record_evaluation(initiative, record(), origin=Origin.STATISTICS)
    first = EvaluationStratum.objects.filter(evaluation=kept).order_by("number").first()
    assert first is not None
    same = {"slices": first.slices, "groups": first.groups, "positive": first.positive, "selected": first.selected}
    fitting: dict[str, Any] = {"number": 99, "levels": [1], "right": [1], "wrong": [0]}
    if wrong.keys() == {"slices", "groups"}:
        wrong = same
    with pytest.raises(IntegrityError):
        EvaluationStratum.objects.create(evaluation=kept, **fitting | wrong)
