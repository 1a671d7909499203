"""Cases are kept for a while and paired; the pairs outlive them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import Settings

from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import CaseBlock, Evaluation, Initiative, Origin, Pairing
from projects.progress.evaluations.cases import DuplicateCase, case_hash
from projects.progress.evaluations.tally import tally_rows
from projects.selectors.pairings import kept_cases, pairing_of, pairings_of
from projects.services import cases as service
from projects.services.cases import case_key, keep_cases
from projects.services.deployments import record_deployment
from projects.services.evaluations import record_evaluation
from projects.services.model_versions import push_model_version
from projects.services.pairings import pair_evaluation
from projects.services.retention import drop_old_cases
from tests.factories import EPOCH, make_initiative, make_workspace

pytestmark = pytest.mark.django_db

REGIONS = ["EU", "US"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def evaluated(initiative: Initiative, right: Mapping[str, int], *, keep: bool = True, **fields: Any) -> Evaluation:
    """Record an evaluation of cases by id, whose region alternates with the id's number."""
    regions = [REGIONS[int(name) % 2] for name in right]
    tally = tally_rows([1.0] * len(right), list(right.values()), {"region": regions})
    given = {"at": EPOCH, "dataset": DatasetRecord("cases", "d1"), **fields}
    made, _ = record_evaluation(initiative, EvaluationRecord(tally=tally, **given), origin=Origin.UPLOAD)
    if keep:
        numbers = {stratum.slices[0]: number for number, (stratum, _) in enumerate(tally.strata)}
        ids = case_hash(case_key(initiative.workspace), right)
        keep_cases(made, ids, [10_000] * len(right), list(right.values()), [numbers[each] for each in regions])
    return made


def test_cases_come_back(initiative: Initiative, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(service, "BLOCK", 4)
    settings.MLTRACK_CASE_DAYS = 10
    made = evaluated(initiative, {str(number): number % 3 > 0 for number in range(10)})
    assert [block.n for block in CaseBlock.objects.order_by("number")] == [4, 4, 2]
    cases = kept_cases(made)
    ids = case_hash(case_key(initiative.workspace), map(str, range(10)))
    assert dict(zip(cases.ids.tolist(), cases.right.tolist())) == {
        case: int(number % 3 > 0) for number, case in enumerate(ids.tolist())
    }
    assert set(cases.levels.tolist()) == {10_000} and np.bincount(cases.strata).tolist() == [5, 5]
    assert made.cases_until is not None
    assert made.cases_until - timezone.now() < timedelta(days=10)


def test_workspaces_and_secrets_hash_differently(initiative: Initiative, settings: Settings) -> None:
    keys = {case_key(initiative.workspace), case_key(make_workspace().workspace)}
    settings.SECRET_KEY = "another " * 8
    assert len(keys | {case_key(initiative.workspace)}) == 3


def test_what_does_not_fit_is_refused(initiative: Initiative) -> None:
    made = evaluated(initiative, {"1": 1, "2": 1}, keep=False)
    with pytest.raises(DuplicateCase):
        keep_cases(made, [1, 1], [1, 1], [1, 1], [0, 1])
    for strata in ([0, 2], [-1, 0]):
        with pytest.raises(ValueError, match="strata"):
            keep_cases(made, [1, 2], [1, 1], [1, 1], strata)
    with pytest.raises(ValueError, match="not more"):
        keep_cases(made, [1, 2, 3], [1] * 3, [1] * 3, [0] * 3)
    assert not CaseBlock.objects.exists()


def test_the_same_cases_are_paired(initiative: Initiative) -> None:
    champion = evaluated(initiative, {"1": 1, "2": 1, "3": 1, "4": 0, "9": 1})
    challenger = evaluated(initiative, {"1": 1, "2": 0, "3": 0, "4": 1, "7": 1})
    assert pair_evaluation(challenger) == 1
    assert pairing_of(champion, challenger) == {"": [1, 2, 1, 0], "region=EU": [0, 1, 1, 0], "region=US": [1, 1, 0, 0]}
    assert pairing_of(challenger, champion) == {"": [1, 1, 2, 0], "region=EU": [0, 1, 1, 0], "region=US": [1, 0, 1, 0]}
    assert pair_evaluation(challenger) == 1 and Pairing.objects.count() == 1


def test_others_are_not_paired(owner: Principal, initiative: Initiative) -> None:
    rows = {"1": 1, "2": 0}
    others = [
        evaluated(initiative, rows, keep=False),
        evaluated(initiative, rows, dataset=DatasetRecord("cases", "d2")),
        evaluated(initiative, rows, dataset=None),
        evaluated(initiative, {"3": 1, "4": 1}),
        evaluated(make_initiative(owner, key="OTHER"), rows),
    ]
    past = evaluated(initiative, rows)
    Evaluation.objects.filter(pk=past.pk).update(cases_until=timezone.now() - timedelta(days=1))
    made = evaluated(initiative, rows)
    assert pair_evaluation(made) == 0
    assert pairings_of(made, [*others, past]) == {}
    assert pair_evaluation(others[2]) == pair_evaluation(others[0]) == 0


def test_production_is_paired_however_old(
    owner: Principal, initiative: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.services.pairings.MOST_OTHERS", 2)
    push_model_version(owner, initiative, name="churn", version="1")
    rows = {"1": 1, "2": 0}
    live = evaluated(initiative, rows, model_version="churn/1")
    for days in (1, 2, 3):
        evaluated(initiative, rows, at=EPOCH + timedelta(days=days))
    record_deployment(owner, initiative, environment="production", version="1")
    made = evaluated(initiative, rows, at=EPOCH + timedelta(days=4))
    assert pair_evaluation(made) == 3
    assert pairing_of(live, made) == {"": [1, 0, 0, 1], "region=EU": [0, 0, 0, 1], "region=US": [1, 0, 0, 0]}


def test_cases_go_and_pairings_stay(initiative: Initiative) -> None:
    kept, old = (evaluated(initiative, {"1": 1, "2": 0}) for _ in range(2))
    pair_evaluation(old)
    assert drop_old_cases() == 0
    Evaluation.objects.filter(pk=old.pk).update(cases_until=timezone.now() - timedelta(seconds=1))
    assert drop_old_cases() == 1
    assert [block.evaluation for block in CaseBlock.objects.all()] == [kept]
    assert pairing_of(kept, old) is not None


def test_zero_days_keep_all(initiative: Initiative, settings: Settings) -> None:
    settings.MLTRACK_CASE_DAYS = 0
    made = evaluated(initiative, {"1": 1})
    assert made.cases_until is not None and made.cases_until > timezone.now() + timedelta(days=36_000)
