"""The labels section by what is known of labels: quotas, agreement and audits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kpis.scoring.inputs import DatasetFact, InitiativeFacts
from kpis.scoring.labeling.audit_result import AuditResult, measured, newer_labels
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
from projects.progress.labeling.audit_cells import AuditCell
from projects.progress.labeling.patterns import Patterns
from projects.progress.labeling.quotas import Quota
from tests.kpis.scoring.builders import METRICS, NOW, candidate_of, inputs_of, run_of

ERROR = Target("e", "label_error_rate", "<=", 0.02)
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


def audited(size: int = 1000, n: int = 300, errors: int = 1, **more: Any) -> AuditResult:
    """Return a closed audit of two classes; the errors are all of the first one."""
    about: dict[str, Any] = {
        "id": "aud_1",
        "url": "/audit/",
        "drawn_at": NOW,
        "closed_at": NOW,
        "labels_digest": "",
    } | more
    cells = [AuditCell("", "fraud", size // 4, n // 4, errors), AuditCell("", "other", size - size // 4, n - n // 4)]
    return measured(AuditResult(**about, seed="s", kind="random", wanted=n, drawn=n, relabeled=n), cells)


# By Clopper and Pearson, 1 wrong of 300 is at most 0.0157 at 95 % and 0.0219 at 99 % (scipy 1.17.1, binomtest).
@pytest.mark.parametrize(
    "target,result",
    [
        (ERROR, "pass"),
        (replace(ERROR, value=0.0157), "insufficient"),
        (replace(ERROR, value=0.0158), "pass"),
        (replace(ERROR, confidence=0.99), "insufficient"),
        (replace(ERROR, confidence=0.99, value=0.022), "pass"),
        (replace(ERROR, value=0.0001), "fail"),
        (replace(ERROR, minimum_n=500), "insufficient"),
        (replace(ERROR, slice="class=other"), "pass"),
        (replace(ERROR, slice="class=fraud"), "insufficient"),
        (replace(ERROR, slice="class=none"), "missing"),
    ],
)
def test_an_audit_is_judged_by_its_bound_at_the_targets_confidence(target: Target, result: str) -> None:
    found = measure("audit", replace(STANDING, audit=audited()), target)
    assert (found.result, [each.url for each in found.evidence]) == (result, ["/audit/"])
    assert found.reason == "" if result == "pass" else found.reason and found.what_would_pass is not None


def test_what_is_short_says_how_many_more() -> None:
    found = measure("audit", replace(STANDING, audit=audited()), replace(ERROR, value=0.0157))
    assert found.reason == "the label error is 0.0001 to 0.0158, on 300 labels looked at again"
    assert found.what_would_pass.startswith("Look at ")


def test_several_targets_on_an_audit_are_one_result() -> None:
    found = measure("audit", replace(STANDING, audit=audited()), ERROR, replace(ERROR, slice="class=fraud"))
    assert (found.result, found.observed) == ("insufficient", "1 of 2 met")


@pytest.mark.parametrize(
    "digest,newer,result,why",
    [
        ("", 0, "pass", ""),
        ("l1", 0, "pass", ""),
        ("l2", 0, "stale", "the audit is of the labels l2, and the candidate of l1"),
        ("", 82, "pass", ""),
        ("", 83, "stale", "at least 83 of 820 labels came or changed since the audit was drawn"),
    ],
)
def test_an_audit_of_other_labels_is_stale(digest: str, newer: int, result: str, why: str) -> None:
    standing = replace(STANDING, audit=audited(labels_digest=digest), newer=newer)
    run = run_of(METRICS, datasets=(DatasetFact("cases", "d1", "l1"),))
    found = MEASURES["labels.audit"](inputs_of(labels=standing, targets=(ERROR,), candidate=candidate_of(run)))
    assert (found.result, found.reason) == (result, why)


def test_without_an_audit_the_run_may_say_its_own() -> None:
    values = METRICS | {"label_error_rate": 0.0, "label_error_rate_n": 149}
    found = MEASURES["labels.audit"](inputs_of(values, labels=STANDING, targets=(ERROR,)))
    assert (found.result, found.n) == ("pass", 149)


def test_a_target_above_the_ceiling_is_a_warning() -> None:
    high = Target("b", "accuracy", ">=", 0.999)
    found = measure("audit", replace(STANDING, audit=audited(errors=30)), ERROR, high)
    assert found.notes[0].startswith("No model can be measured above 0.9")


def test_an_audit_makes_labels_right_enough() -> None:
    standing = replace(STANDING, audit=audited(), quotas=(Quota("other", 500, 660),))
    assert measure("enough", standing).result == "pass"
    close = measure("enough", replace(standing, quotas=(Quota("other", 655, 660),)))
    assert close.result == "insufficient" and "are surely right" in close.reason


def test_labels_that_came_since_are_counted_by_class() -> None:
    assert newer_labels(audited(), {"fraud": 260, "other": 700, "new": 5}) == 15


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
    standing = replace(STANDING, agreement=agreed, audit=audited(), newer=7)
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
