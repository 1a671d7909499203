"""A person's word, what it was given for, and waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.document import readiness_document
from kpis.scoring.fingerprints import bound_fingerprints, current_fingerprints
from kpis.scoring.inputs import DatasetFact, InitiativeFacts, JudgementInputs, WaiverFacts
from kpis.scoring.readiness import judge
from kpis.scoring.results import CheckResult, Readiness
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import METRICS, NOW, candidate_of, found, inputs_of, run_of, waiver, word

SCORECARD = default_scorecard()
LEAKAGE = "data.no_leakage"


def judged(inputs: JudgementInputs, check: str = LEAKAGE) -> CheckResult:
    return found(judge(inputs, SCORECARD, NOW), check)


@pytest.mark.parametrize(
    "days_ago,lasts,result",
    [
        (1, 90, "pass"),
        (89, 90, "pass"),
        (90, 90, "stale"),
        (100, 90, "stale"),
        (179, 900, "pass"),
        (181, 900, "stale"),
        (-1, 90, "missing"),
    ],
)
def test_a_word_lives_until_its_end_or_the_scorecard_s(days_ago: float, lasts: float, result: str) -> None:
    check = judged(inputs_of(attestations=(word(LEAKAGE, days_ago, lasts),)))
    assert (check.result, check.points) == (result, 0.5 if result == "pass" else 0)
    assert check.evidence_kind == "attested"


def test_nobody_s_word_is_missing() -> None:
    check = judged(inputs_of())
    assert (check.result, check.reason) == ("missing", "nobody has attested it")
    assert check.what_would_pass.startswith("Link the review")


def test_the_newest_word_counts() -> None:
    old, new = word(LEAKAGE, 100, 10, id="ats_old"), word(LEAKAGE, 2, 10, id="ats_new")
    for both in ((old, new), (new, old)):
        check = judged(inputs_of(attestations=both))
        assert check.result == "pass"
        assert dict(check.evidence[0].fingerprint)["attestation"] == "ats_new"


@pytest.mark.parametrize("check", ["model.accuracy", "model.coverage", "labels.audit", "fairness.group_errors"])
@pytest.mark.parametrize("level", ["standard", "critical"])
def test_a_word_never_stands_in_for_what_must_be_measured(check: str, level: Any) -> None:
    inputs = inputs_of({"n": 5}, attestations=(word(check),), initiative=InitiativeFacts("X", criticality=level))
    assert judged(inputs, check).result == "missing"


@pytest.mark.parametrize("check", ["labels.audit", "fairness.group_errors"])
def test_for_an_experiment_it_does(check: str) -> None:
    level = InitiativeFacts("X", criticality="experiment")
    assert judged(inputs_of(attestations=(word(check),), initiative=level), check).result == "pass"


def test_a_word_fills_a_missing_measurement_but_never_covers_a_failure() -> None:
    attestations = (word("delivery.reproducible"), word("model.better_than_baseline"))
    no_commit = candidate_of(run_of(METRICS, commit=""))
    filled = judged(inputs_of(candidate=no_commit, attestations=attestations), "delivery.reproducible")
    assert (filled.result, filled.points, filled.evidence_kind) == ("pass", 0.5, "attested")
    failing = inputs_of(METRICS | {"accuracy": 0.7}, attestations=attestations)
    assert judged(failing, "model.better_than_baseline").result == "fail"


def again(first: JudgementInputs, **change: Any) -> Readiness:
    """Judge once, then again with what the first judgement bound each word to."""
    document = readiness_document(judge(first, SCORECARD, NOW))
    return judge(replace(first, bound=bound_fingerprints(document), **change), SCORECARD, NOW + timedelta(hours=1))


NEW_DATA = candidate_of(run_of(METRICS, datasets=(DatasetFact("customers", "d2"),)))
NEW_CODE = candidate_of(run_of(METRICS, commit="fffffff"))
NEW_MODEL = candidate_of(run_of(METRICS, id="run_2"))
WORDS = (word(LEAKAGE), word("model.reviewed"), word("model.error_analysis"), word("data.privacy"))


@pytest.mark.parametrize(
    "candidate,stale",
    [
        (NEW_DATA, [LEAKAGE]),
        (NEW_CODE, ["model.reviewed"]),
        (NEW_MODEL, ["model.error_analysis"]),
        (candidate_of(run_of(METRICS)), []),
    ],
)
def test_only_what_depends_on_a_change_goes_stale(candidate: Any, stale: list[str]) -> None:
    readiness = again(inputs_of(attestations=WORDS), candidate=candidate)
    for each in WORDS:
        assert found(readiness, each.check).result == ("stale" if each.check in stale else "pass")


def test_a_stale_word_stays_stale_and_comes_back_with_its_data() -> None:
    first = inputs_of(attestations=WORDS)
    moved = again(first, candidate=NEW_DATA)
    bound = bound_fingerprints(readiness_document(moved))
    later = replace(first, candidate=NEW_DATA, bound=bound)
    assert found(judge(later, SCORECARD, NOW), LEAKAGE).result == "stale"
    assert "the data changed" in found(judge(later, SCORECARD, NOW), LEAKAGE).reason
    assert found(judge(replace(first, bound=bound), SCORECARD, NOW), LEAKAGE).result == "pass"


def test_a_new_word_is_bound_to_what_is_there_then() -> None:
    readiness = again(inputs_of(attestations=WORDS), candidate=NEW_DATA, attestations=(word(LEAKAGE, 0, id="ats_2"),))
    assert found(readiness, LEAKAGE).result == "pass"


def test_a_word_given_before_the_data_was_known_is_bound_once_it_is() -> None:
    unknown = inputs_of(candidate=candidate_of(run_of(METRICS, datasets=())), attestations=WORDS)
    known = again(unknown, candidate=candidate_of(run_of(METRICS)))
    assert found(known, LEAKAGE).result == "pass"
    bound = bound_fingerprints(readiness_document(known))
    assert bound[LEAKAGE]["data"] == "customers@d1"


def test_fingerprints_of_now() -> None:
    data = (DatasetFact("b", "2", labels_digest="l"), DatasetFact("a", "1"), DatasetFact("c", ""))
    assert current_fingerprints(candidate_of(run_of(METRICS, datasets=data)), "p1") == {
        "policy": "p1",
        "data": "a@1,b@2",
        "labels": "l",
        "commit": "a1b2c3d",
        "model": "run_1",
        "threshold": "0.7",
    }
    assert current_fingerprints(None, "p1") == {"policy": "p1"}


FAILING = METRICS | {"accuracy": 0.87}


def waived(values: dict[str, float], *waivers: WaiverFacts, check: str = "model.accuracy") -> CheckResult:
    return judged(inputs_of(values, waivers=waivers), check)


def test_a_waiver_is_never_shown_as_a_pass() -> None:
    check = waived(FAILING, waiver("model.accuracy", value=0.87))
    assert (check.result, check.points, check.stands) == ("waived", 0.0, True)
    assert check.reason
    assert check.observed == 0.87


@pytest.mark.parametrize(
    "measured,result",
    [(0.87, "waived"), (0.88, "waived"), (0.8699, "fail"), (0.86, "fail"), (0.93, "pass")],
)
def test_it_opens_again_when_the_value_gets_worse(measured: float, result: str) -> None:
    check = waived(METRICS | {"accuracy": measured}, waiver("model.accuracy", value=0.87))
    assert check.result == result
    assert bool(check.reopened) == (result == "fail")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "proposed"},
        {"state": "rejected"},
        {"state": "revoked"},
        {"lasts": 0},
        {"lasts": -1},
        {"check": "model.coverage"},
    ],
)
def test_only_an_approved_waiver_in_force_counts(change: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"check": "model.accuracy", "value": 0.87} | change
    assert waived(FAILING, waiver(**facts)).result == "fail"


def test_a_waiver_without_a_value_does_not_cover_a_measured_failure() -> None:
    check = waived(FAILING, waiver("model.accuracy"))
    assert check.result == "fail"
    assert "names no value" in check.reopened


def test_a_waiver_of_a_value_does_not_cover_its_absence() -> None:
    check = waived({"n": 1000}, waiver("model.accuracy", value=0.87))
    assert check.result == "missing"
    assert "nothing is measured" in check.reopened


def test_what_is_missing_can_be_waived() -> None:
    assert waived(METRICS, waiver(LEAKAGE), check=LEAKAGE).result == "waived"
    assert waived({"n": 1000}, waiver("model.accuracy")).result == "waived"


def test_any_waiver_that_covers_is_enough() -> None:
    narrow, wide = waiver("model.accuracy", 90, id="a", value=0.9), waiver("model.accuracy", 5, id="b", value=0.8)
    check = waived(FAILING, narrow, wide)
    assert check.result == "waived"
    assert check.waiver == wide
    assert check.reopened == ""
