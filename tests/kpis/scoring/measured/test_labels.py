"""The labels section by what is known of labels: quotas, agreement and audits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kpis.scoring.inputs import InitiativeFacts
from kpis.scoring.labeling.standing import (
    AgreementStanding,
    LabelStanding,
    agreement_standing,
    standing_document,
    standing_from,
)
from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.proportions import Interval
from kpis.scoring.targets import Target
from projects.progress.labeling.patterns import Patterns
from projects.progress.labeling.quotas import Quota
from tests.kpis.scoring.builders import NOW, inputs_of

ALPHA = Target("a", "label_agreement", ">=", 0.667)
AGREED = AgreementStanding(300, 0.8, "", ((0.95, Interval(0.7, 0.9)), (0.99, Interval(0.6, 0.95))))
STANDING = LabelStanding(NOW, "/labeling/", 820, (Quota("fraud", 400, 160), Quota("other", 500, 660)), AGREED)


def measure(check: str, labels: LabelStanding | None, *targets: Target) -> Measurement:
    return MEASURES[f"labels.{check}"](inputs_of(labels=labels, targets=targets))


@pytest.mark.parametrize("labels", [None, replace(STANDING, quotas=())])
def test_without_a_quota_nobody_knows_what_is_enough(labels: LabelStanding | None) -> None:
    assert measure("enough", labels).result == "missing"


def test_a_surplus_hides_no_deficit() -> None:
    found = measure("enough", STANDING)
    assert (found.result, found.observed, found.n) == ("fail", "0 of 2 quotas reached", 820)
    assert found.reason.startswith("fraud has 160 of 400; other has 660 of 500, no label of this class was looked at")
    assert found.what_would_pass == "Label 240 more of fraud. Audit the labels of other."
    assert found.value == pytest.approx(0.6)
    assert [(each.label, each.url, each.kind) for each in found.evidence] == [
        ("820 labeled tasks", "/labeling/", "labels")
    ]


def test_a_count_alone_does_not_prove_that_labels_are_right() -> None:
    found = measure("enough", replace(STANDING, quotas=(Quota("other", 500, 660),)))
    assert (found.result, found.value) == ("insufficient", 0)


def test_many_open_quotas_are_cut() -> None:
    found = measure("enough", replace(STANDING, quotas=tuple(Quota(f"c{each}", 10, 1) for each in range(7))))
    assert found.reason.endswith("c4 has 1 of 10; and 2 more")


@pytest.mark.parametrize(
    "target,result",
    [
        (ALPHA, "pass"),
        (replace(ALPHA, value=0.75), "insufficient"),
        (replace(ALPHA, value=0.95), "fail"),
        (replace(ALPHA, confidence=0.9), "pass"),
        (replace(ALPHA, confidence=0.98), "insufficient"),
        (replace(ALPHA, confidence=0.999), "insufficient"),
        (replace(ALPHA, minimum_n=500), "insufficient"),
    ],
)
def test_agreement_is_met_by_its_bound(target: Target, result: str) -> None:
    found = measure("agreement", STANDING, target)
    assert (found.result, found.observed, found.n) == (result, 0.8, 300)


@pytest.mark.parametrize(
    "labels,why",
    [
        (None, "no task has two labels"),
        (replace(STANDING, agreement=None), "no task has two labels"),
        (replace(STANDING, agreement=AgreementStanding(9, None, "undefined (no variation)")), "no variation"),
    ],
)
def test_undefined_agreement_is_neither_0_nor_1(labels: LabelStanding | None, why: str) -> None:
    found = measure("agreement", labels, ALPHA)
    assert found.result == "missing"
    assert why in found.reason


def test_without_a_target_agreement_is_missing() -> None:
    assert measure("agreement", STANDING).reason == "no target is set on label_agreement"


def test_agreement_is_no_target_of_the_model() -> None:
    found = MEASURES["model.other_targets"](inputs_of(targets=(ALPHA,)))
    assert found.result == "not_applicable"


def test_a_standing_is_kept_whole() -> None:
    patterns = Patterns((((("a", 1), ("b", 1)), 5), ((("a", 2),), 40), ((("b", 2),), 30)))
    agreed = agreement_standing(patterns)
    assert agreed is not None and agreed.value is not None
    narrow, wide = agreed.at(0.95), agreed.at(0.99)
    assert narrow is not None and wide is not None
    assert wide.low < narrow.low < agreed.value < narrow.high <= wide.high
    standing = replace(STANDING, agreement=agreed)
    kept = json.loads(json.dumps(standing_document(standing)))
    assert standing_from(kept, NOW, "/labeling/") == standing


@pytest.mark.parametrize(
    "patterns,words",
    [
        (Patterns(), None),
        (Patterns((((("a", 1),), 4),)), "undefined (no task has two labels)"),
        (Patterns((((("a", 2),), 4),)), "undefined (no variation)"),
    ],
)
def test_what_agreement_says_where_there_is_none(patterns: Patterns, words: str | None) -> None:
    found = agreement_standing(patterns)
    assert (found and found.words) == words
    assert found is None or (found.value, found.bounds) == (None, ())


def test_a_critical_initiative_needs_all_three() -> None:
    inputs = inputs_of(initiative=InitiativeFacts("X", criticality="critical"))
    assert {MEASURES[f"labels.{check}"](inputs).result for check in ("enough", "agreement", "audit")} == {"missing"}
