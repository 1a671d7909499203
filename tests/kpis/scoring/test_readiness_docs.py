"""docs/readiness.md says what the engine does: its tables and its example are computed here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpis.scoring import health
from kpis.scoring.cautions import NEAR
from kpis.scoring.evaluations.reporting import SMALLEST_GROUP
from kpis.scoring.evaluations.shelf_life import GATE_DEMAND, shelf_life
from kpis.scoring.inputs import DEFAULT_MARGIN
from kpis.scoring.measured import MEASURES
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard import CRITICALITIES, Scorecard
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import DEFAULT_STEP, PROPORTIONS, Target
from kpis.scoring.waiving import ROUNDING
from kpis.scoring.wording import lower_figure, percent, upper_figure
from kpis.selectors.grounds import EVALUATIONS
from tests.kpis.scoring.builders import NOW, candidate_of, found, inputs_of, run_of, words_for_all
from tests.kpis.scoring.measured.evaluations import ACCURACY, CHOSEN, COVERAGE, GOOD, evaluation_of, judged_by

TEXT = (Path(__file__).parents[3] / "docs" / "readiness.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())
CANDIDATES = ((0.915, 1000), (0.915, 1200), (0.88, 1000))


def check_rows(scorecard: Scorecard) -> list[str]:
    """Return the lines of the tables of checks."""
    return [
        f"| `{check.id}` | {check.title} | {check.kind} | "
        + " | ".join(check.required[level] for level in CRITICALITIES)
        + " |"
        for check in scorecard.checks
    ]


def example_row(accuracy: float, n: int) -> str:
    """Return one line of the worked example."""
    run = run_of({"accuracy": accuracy, "coverage": 0.8, "n": float(n)})
    readiness = judge(inputs_of(candidate=candidate_of(run), attestations=words_for_all()), default_scorecard(), NOW)
    both = [found(readiness, f"model.{name}") for name in ("accuracy", "coverage")]
    cells = []
    for check in both:
        assert check.low is not None
        assert check.high is not None
        cells.append(f"{check.observed}, {lower_figure(check.low)} to {upper_figure(check.high)}: {check.result}")
    return f"| {n:,} | {cells[0]} | {cells[1]} | {readiness.verdict} | {both[0].what_would_pass or '–'} |"


def test_every_check_is_listed_once_and_no_other() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]
    assert rows == check_rows(default_scorecard())


def test_every_section_has_its_question() -> None:
    for section in default_scorecard().sections:
        assert f"### {section.name}: {section.question}" in TEXT


def evaluated_row(counts: tuple[tuple[int, int, int], ...], accuracy: Target, asked: float) -> str:
    """Return one line of the example of evaluations."""
    inputs = judged_by(evaluation_of(counts), accuracy, replace(COVERAGE, value=asked))
    both = [MEASURES[f"model.{name}"](inputs) for name in ("accuracy", "coverage")]
    cells = [f"{each.observed} of {each.n:,}: {each.result}" for each in both]
    advice = " ".join(each.what_would_pass for each in both).strip()
    how = "chosen" if accuracy.threshold is None else f"declared, {accuracy.threshold}"
    right = sum(each for _, each, _ in counts)
    return f"| {right} of 1,000 | {how} | {asked} | {cells[0]} | {cells[1]} | {advice or '–'} |"


@pytest.mark.parametrize(
    "counts,accuracy,asked",
    [
        (GOOD, ACCURACY, 0.55),
        (GOOD, CHOSEN, 0.55),
        (GOOD, CHOSEN, 0.8),
        (((9500, 588, 12), (5000, 200, 200)), CHOSEN, 0.8),
    ],
)
def test_the_example_of_evaluations(counts: tuple[tuple[int, int, int], ...], accuracy: Target, asked: float) -> None:
    assert evaluated_row(counts, accuracy, asked) in TEXT


@pytest.mark.parametrize("accuracy,n", CANDIDATES)
def test_the_worked_example(accuracy: float, n: int) -> None:
    assert example_row(accuracy, n) in TEXT


def test_all_proportions_are_named() -> None:
    listed = FLAT.split("**Which metrics are proportions**: ")[1].split(". All other")[0]
    assert listed == ", ".join(f"`{name}`" for name in sorted(PROPORTIONS))


@pytest.mark.parametrize(
    "words",
    [
        f"within {NEAR.days} days",
        f"at most {percent(health.ON_TRACK_GAP)} behind",
        f"at most {percent(health.AT_RISK_GAP)} behind",
        f"by {percent(health.TREND_STEP)} or more within {health.TREND_DAYS} days",
        f"at least −{DEFAULT_MARGIN}",
        f"{ROUNDING:.5f}",
        f"the {EVALUATIONS} newest on test data",
        f"or {SMALLEST_GROUP}, is too small",
        f"1,000 cases bear {shelf_life(GATE_DEMAND, 1000, 0).allowed}.",
        f"in steps of {DEFAULT_STEP} unless",
    ],
)
def test_the_numbers_are_those_of_the_code(words: str) -> None:
    assert words in FLAT
