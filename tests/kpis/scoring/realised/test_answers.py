"""Answers with their grade, assumptions and warnings; claims against the KPI's own change; and the words of both."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from kpis.scoring.realised.answer import Answer, Question, Release, answer_claim, answer_experiment, answer_history
from kpis.scoring.realised.claims import Claims, claims_of
from kpis.scoring.realised.document import document_of
from kpis.scoring.realised.experiments import Arm
from kpis.scoring.realised.words import claims_sentence, cost_words, effect_words, interval_words, sentence, standing_of
from tests.kpis.scoring.realised.series import following, weeks

THIN = "\u202f"
SERIES = weeks(map(float, 50 + following(np.random.default_rng(5), 60, 0.2) + 8.0 * (np.arange(60) >= 45)))
CONTROL = weeks(map(float, 20 + following(np.random.default_rng(7), 60, 0.2)))
SINCE = SERIES.starts[45]
RELEASE = Release(SERIES.starts[50], "FRAUD", "7")


def asked(method: Any, **fields: Any) -> Answer:
    return answer_history(Question(method, fields.pop("series", SERIES), SINCE, "week", **fields))


@pytest.mark.parametrize(
    ("method", "fields", "grade"),
    [
        ("did", {"control": CONTROL}, "B"),
        ("its", {"control": CONTROL}, "B"),
        ("its", {}, "C"),
        ("before_after", {}, "D"),
    ],
)
def test_each_method_finds_the_effect_and_says_what_must_hold(method: str, fields: Any, grade: str) -> None:
    found = asked(method, **fields, releases=(RELEASE,))
    assert found.grade == grade and found.effect is not None and found.effect.low > 0
    assert found.effect.value == pytest.approx(8, rel=0.25) and (found.n_before, found.n_after) == (45, 15)
    assert found.assumptions[-1] == "Causal only if all of this holds." and len(found.assumptions) > 1
    assert "Not only this changed: 1 other release in the window." in found.warnings
    assert found.placebos.share is not None and not found.placebos.doubtful
    assert (found.level is not None) is (method == "its") and found.factor is None
    again = json.loads(json.dumps(document_of(found), allow_nan=False))
    assert again["releases"] == [{"day": "2025-12-22", "initiative": "FRAUD", "version": "7"}]
    assert len(again["placebos"]["effects"]) == len(found.placebos.effects)


def test_without_a_control_there_is_no_difference_in_differences() -> None:
    found = asked("did", releases=(RELEASE,))
    assert found.effect is None and "it needs a control" in found.problem and found.releases == (RELEASE,)


def test_a_jump_that_is_common_is_doubtful() -> None:
    waves = np.where(np.arange(60) // 15 % 2, -10.0, 10.0) + np.random.default_rng(8).normal(0, 0.1, 60)
    found = asked("before_after", series=weeks(map(float, waves)))
    assert found.placebos.doubtful and any("this may be chance" in each for each in found.warnings)


def test_counts_also_have_a_factor() -> None:
    counts = np.random.default_rng(3).poisson(np.where(np.arange(60) >= 45, 300, 200))
    found = asked("its", series=weeks(map(float, counts)))
    assert found.factor is not None and found.factor.low < 1.5 < found.factor.high and found.factor.low > 1.2


def test_the_season_that_is_left_in_is_named() -> None:
    assert any("No season was taken out" in each for each in asked("its").assumptions)
    assert asked("before_after").warnings[0].startswith("A plain comparison")


def test_experiments_and_claims() -> None:
    found = answer_experiment("shares", Arm(1000, 560), Arm(1000, 480), 100, (RELEASE,))
    assert found.grade == "A" and found.effect is not None and found.effect.value == pytest.approx(8.0)
    assert answer_experiment("means", Arm(9, 3, 0), Arm(9, 2, 0), 1, ()).problem.startswith("neither group")
    claim = answer_claim(-2.0, ())
    assert claim.grade == "E" and claim.effect is not None and claim.effect.low == claim.effect.high == -2.0


@pytest.mark.parametrize(
    ("own", "results", "claims", "all_"),
    [
        (5.0, [("E", 3.0), ("E", 2.0)], False, False), (5.0, [("E", 3.0), ("E", 2.1)], True, True),
        (-5.0, [("E", -3.0)], False, False), (-5.0, [("E", 3.0)], True, True), (0.0, [("E", 0.1)], True, True),
        (5.0, [("E", 3.0), ("B", 4.0)], False, True), (5.0, [("B", 9.0)], False, True), (5.0, [], False, False),
        (None, [("E", 3.0)], False, False), (5.0, [("E", 7.0), ("E", -3.0)], False, False),
    ],
)  # fmt: skip
def test_claims_are_held_against_what_the_kpi_did(own: Any, results: Any, claims: bool, all_: bool) -> None:
    found = claims_of(own, results)
    assert (found.claim_too_much, found.explain_too_much) == (claims, all_)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (Claims(None, 0.0, 0.0), ""), (Claims(None, 2.0, 0.0), "do not tell"), (Claims(5.0, 6.0, 0.0), "claims exceed"),
        (Claims(5.0, 0.0, 6.0), "more than it moved"), (Claims(5.0, 1.0, 2.0), f"Together +3{THIN}%"),
    ],
)  # fmt: skip
def test_what_all_claim_in_words(claims: Claims, words: str) -> None:
    found = claims_sentence(claims, "%")
    assert words in found if words else found == ""


@pytest.mark.parametrize(
    ("grade", "numbers", "direction", "share", "expected"),
    [
        ("C", (None, None, None), "higher", None, "none"), ("E", (3.0, 3.0, 3.0), "higher", None, "claimed"),
        ("C", (3.0, -1.0, 7.0), "higher", 0.01, "open"), ("C", (3.0, 1.0, 5.0), "higher", 0.11, "doubtful"),
        ("C", (3.0, 1.0, 5.0), "higher", 0.10, "moved"), ("C", (3.0, 1.0, 5.0), "lower", None, "against"),
        ("A", (-3.0, -5.0, -1.0), "lower", None, "moved"), ("A", (-3.0, -5.0, -1.0), "range", None, "moved"),
    ],
)  # fmt: skip
def test_a_result_in_one_word(grade: str, numbers: Any, direction: str, share: Any, expected: Any) -> None:
    document = {"placebos": {"share": share}}
    effect, low, high = numbers
    assert standing_of(grade, effect, low, high, direction, document) == expected
    assert sentence(expected, effect, low, high, "%")


def test_numbers_are_rounded_to_what_can_be_used() -> None:
    assert effect_words(2.14159, "%") == f"+2.14{THIN}%" and effect_words(12_345.678, "€") == f"+12{THIN}346{THIN}€"
    assert interval_words(1.0, 1.0, "%") == "" and effect_words(None, "%") == ""
    assert cost_words(4.0, 2.0, 6.0, 20_000.0, "EUR", "%") == (
        f"+0.2{THIN}% per 1{THIN}000 EUR, +0.1{THIN}% … +0.3{THIN}%"
    )
    assert cost_words(4.0, -2.0, 6.0, 20_000.0, "", "%").startswith("Not distinguishable from zero")


def test_a_window_may_end_before_the_change() -> None:
    found = answer_history(Question("before_after", SERIES, date(2030, 1, 1), "week"))
    assert found.effect is None and "there are 59 and 0" in found.problem
