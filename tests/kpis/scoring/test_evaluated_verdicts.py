"""Evaluations in whole judgements: what goes stale, when a test set is spent, and which evaluation is the best."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpis.scoring.best_evaluation import best_evaluation
from kpis.scoring.document import readiness_document
from kpis.scoring.fingerprints import bound_fingerprints, current_fingerprints
from kpis.scoring.inputs import Candidate, JudgementInputs, RunFacts
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import NOW, found, words_for_all
from tests.kpis.scoring.measured.evaluations import ACCURACY, COVERAGE, GOOD, KNOWN, evaluation_of, judged_by

SCORECARD = default_scorecard()
PARTS = {"data": "D", "code": "C", "model": "M"}


def of(evaluation: str = "evl_1", parts: dict[str, str] | None = None, **fields: Any) -> JudgementInputs:
    """Return inputs whose candidate is an evaluation of no known run."""
    facts = evaluation_of(id=evaluation, components=PARTS if parts is None else parts, commit="abc", **fields)
    run = RunFacts(
        "", facts.label, datasets=(facts.dataset,) if facts.dataset else (), commit=facts.commit, ended_at=KNOWN
    )
    candidate = Candidate("evaluation", facts.id, facts.label, run, facts.url, evaluation=facts)
    return replace(judged_by(facts), candidate=candidate, attestations=words_for_all())


def test_an_evaluation_alone_may_be_ready() -> None:
    readiness = judge(of(), SCORECARD, NOW)
    assert readiness.verdict == "ready"
    document = readiness_document(readiness)
    assert document["candidate"] == {
        "kind": "evaluation",
        "id": "evl_1",
        "label": "forest on test",
        "run": "",
        "evaluation": "evl_1",
        "commit": "abc",
        "url": "/e/1/",
    }


def test_its_fingerprints() -> None:
    assert current_fingerprints(of().candidate, "p1", (ACCURACY, COVERAGE)) == {
        "policy": "p1",
        "data": "cases@d1",
        "data.part": "D",
        "commit": "abc",
        "commit.part": "C",
        "model": "evl_1",
        "model.part": "M",
        "threshold": "0.9",
    }


def test_an_evaluation_of_a_known_run_is_one_of_its_model() -> None:
    candidate = of().candidate
    assert candidate is not None
    known = replace(candidate, run=replace(candidate.run, id="run_1"))
    assert current_fingerprints(known, "p1")["model"] == "run_1"


@pytest.mark.parametrize(
    "parts,stale",
    [
        (PARTS, set()),
        (PARTS | {"features": "F"}, set()),
        (PARTS | {"model": "M2"}, {"model.error_analysis"}),
        (PARTS | {"code": "C2"}, {"data.feature_code_tested", "model.reviewed", "delivery.rerun"}),
        (PARTS | {"data": "D2"}, {"data.no_leakage", "data.splits_apart"}),
        ({}, {"model.error_analysis"}),
    ],
)
def test_only_what_depends_on_a_changed_part_goes_stale(parts: dict[str, str], stale: set[str]) -> None:
    """A second evaluation is another model, unless it states the same digest of the model."""
    before = readiness_document(judge(of(), SCORECARD, NOW))
    readiness = judge(replace(of("evl_2", parts), bound=bound_fingerprints(before)), SCORECARD, NOW)
    assert {check.check.id for check in readiness.checks if check.result == "stale"} == stale


def test_a_part_is_bound_only_while_its_kind_is_the_same() -> None:
    """Attested on one commit; the digest of the code becomes known with another commit, and helps nobody."""
    silent = of(parts={})
    before = bound_fingerprints(readiness_document(judge(silent, SCORECARD, NOW)))
    later = of("evl_2")
    assert later.candidate is not None
    moved = replace(later.candidate, run=replace(later.candidate.run, commit="def"))
    readiness = judge(replace(later, candidate=moved, bound=before), SCORECARD, NOW)
    assert found(readiness, "model.reviewed").result == "stale"


@pytest.mark.parametrize("given,warns", [(0, False), (1, False), (2, True), (9, True)])
def test_a_spent_test_set_is_a_warning(given: int, warns: bool) -> None:
    """1,000 cases bear 2 answers: 3 need (3 ln 2 + ln 20) / (2 · 0.05²) = 1,016 of them (Renggli et al. 2019)."""
    readiness = judge(of(answers_given=given), SCORECARD, NOW)
    texts = [each.text for each in readiness.warnings if "is spent" in each.text]
    assert bool(texts) == warns
    assert readiness.verdict == "ready"


def test_the_best_evaluation_meets_most_targets_then_is_the_newest() -> None:
    good, same, poor = (
        evaluation_of(counts, id=name) for counts, name in ((GOOD, "a"), (GOOD, "b"), (((9500, 5, 5),), "c"))
    )
    assert best_evaluation([poor, good, same], (ACCURACY, COVERAGE), "standard") is good
    assert best_evaluation([poor, good], (), "standard") is poor
    assert best_evaluation([], (ACCURACY,), "standard") is None
