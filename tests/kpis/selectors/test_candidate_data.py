"""Which runs count as reruns of the candidate: the same commit, data and parameters, seeds aside."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from kpis.selectors.judgement import gather_inputs
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord
from projects.models import Initiative
from tests.factories import make_workspace
from tests.kpis.world import GOOD, aimed, check_of, judged, report

pytestmark = pytest.mark.django_db
DATA = (DatasetRecord("customers", "d1"), DatasetRecord("labels", "d2"))
PARAMS = {"depth": "6", "seed": "1"}


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    initiative = aimed(owner, criticality="critical")
    report(initiative, "first", GOOD, datasets=DATA, params=PARAMS)
    return initiative


def reruns_of(initiative: Initiative) -> list[str]:
    return [each.label for each in gather_inputs(initiative, now=timezone.now()).reruns]


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"params": {"depth": "6", "seed": "2"}}, True),
        ({"params": {"depth": "6"}}, True),
        ({"params": {"depth": "7", "seed": "1"}}, False),
        ({"datasets": (*DATA[:1], DatasetRecord("labels", "d3"))}, False),
        ({"datasets": DATA[:1]}, False),
        ({"datasets": ()}, False),
        ({"status": "failed"}, False),
        ({"tags": {"mlflow.source.git.commit": "f" * 40}}, False),
    ],
)
def test_what_counts_as_a_rerun(churn: Initiative, fields: dict[str, Any], counts: bool) -> None:
    worse = {**GOOD, "accuracy": 0.949}
    report(churn, "second", worse, **{"datasets": DATA, "params": PARAMS, **fields})
    assert reruns_of(churn) == (["run second"] if counts else [])


def test_a_rerun_that_agrees_passes_and_says_which_agreed_with_which(churn: Initiative) -> None:
    assert check_of(judged(churn).document, "delivery.rerun")["result"] == "missing"
    # 0.95 of 5,000 has the exact interval 0.9436 to 0.9559: 0.949 lies in it.
    report(churn, "second", {**GOOD, "accuracy": 0.949}, datasets=DATA, params={**PARAMS, "seed": "2"})
    found = check_of(judged(churn).document, "delivery.rerun")
    assert found["result"] == "pass"
    assert found["observed"].startswith(
        "run second against run first: accuracy 0.95 against 0.949, inside 0.9436 to 0.9559"
    )
    assert [each["label"] for each in found["evidence"]] == ["run first", "run second"]
