"""The ML Test Score by golden/01_ml_test_score.json: one published self-assessment, the rest follows from the rule."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.ml_test_score import band_of, ml_test_score, score_points
from kpis.scoring.ml_tests import AREAS, BANDS, TEST_IDS
from kpis.scoring.readiness import judge
from kpis.scoring.results import CheckResult
from kpis.scoring.scorecard import CRITICALITIES, Check
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import NOW, inputs_of, words_for_all
from tests.kpis.scoring.golden import golden

GOLDEN = golden("01_ml_test_score")


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_cases_as_recorded(case: dict[str, Any]) -> None:
    answers = {
        f"{area}.{number}": points for area, row in case["answers"].items() for number, points in enumerate(row, 1)
    }
    found = score_points(answers)
    assert found.areas == case["section_scores"]
    assert found.score == case["final"]
    assert found.band == BANDS[case["band_index"]]
    assert found.unasked == ()


def test_the_bands_are_those_of_the_paper() -> None:
    assert [band.up_to for band in BANDS] == [band["hi_inclusive"] for band in GOLDEN["bands"]]
    with pytest.raises(ValueError, match="up to 7"):
        band_of(7.5)


def test_there_are_28_tests_in_four_areas() -> None:
    assert len(TEST_IDS) == 28
    assert tuple(GOLDEN["tests_short"]) == AREAS
    assert {len(tests) for tests in GOLDEN["tests_short"].values()} == {7}


def result(outcome: Any, kind: Any, *tests: str) -> CheckResult:
    check = Check("x.y", "x", "t", "s", "measured", dict.fromkeys(CRITICALITIES, "required"), "do", ml_test=tests)
    return CheckResult(check, outcome, True, evidence_kind=kind)


@pytest.mark.parametrize(
    "outcome,kind,points",
    [
        ("pass", "measured", 1),
        ("pass", "attested", 0.5),
        ("waived", "measured", 0),
        ("stale", "attested", 0),
        ("fail", "measured", 0),
    ],
)
def test_measured_counts_one_and_a_word_a_half(outcome: str, kind: str, points: float) -> None:
    assert ml_test_score([result(outcome, kind, "data.1")]).areas["data"] == points


def test_of_two_checks_the_lower_counts_and_what_does_not_apply_is_not_asked() -> None:
    both = [result("pass", "measured", "data.1"), result("pass", "attested", "data.1")]
    assert ml_test_score(both).areas["data"] == 0.5
    off = ml_test_score([result("not_applicable", "measured", "data.1")])
    assert "data.1" in off.unasked
    assert len(off.unasked) == 28


def test_the_default_scorecard_says_what_it_does_not_ask() -> None:
    readiness = judge(inputs_of(attestations=words_for_all()), default_scorecard(), NOW)
    found = ml_test_score(readiness.checks)
    assert set(found.unasked) == {"data.6", "model.2", "model.3", "infra.2", "infra.5", "monitor.1", "monitor.5"}
    assert found.areas == {"data": 3.0, "model": 2.5, "infra": 3.5, "monitor": 2.5}
    assert found.score == 2.5
