"""Evaluations for table cases: 600 sure cases with 12 errors and 400 unsure ones with 80, unless said otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from kpis.scoring.inputs import Candidate, DatasetFact, EvaluationFacts, JudgementInputs, RunFacts
from kpis.scoring.targets import Target
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from tests.kpis.scoring.builders import NOW, inputs_of, run_of

KNOWN = NOW - timedelta(days=2)
TEST_SET = DatasetFact("cases", "d1")
GOOD = ((9500, 588, 12), (5000, 320, 80))
ACCURACY = Target("t1", "accuracy", ">=", 0.9, threshold=0.9, declared_at=KNOWN - timedelta(days=9))
CHOSEN = Target("t1", "accuracy", ">=", 0.9)
COVERAGE = Target("t2", "coverage", ">=", 0.55)


def tally_of(counts: Iterable[tuple[int, int, int]]) -> Tally:
    """Return counts of (level, right, wrong) without slices."""
    return tally_cells([Cell(Stratum(), *each) for each in counts])


def sliced(**regions: Iterable[tuple[int, int, int]]) -> Tally:
    """Return counts of (level, right, wrong) by region."""
    cells = [Cell(Stratum((region,)), *each) for region, counts in regions.items() for each in counts]
    return tally_cells(cells, ("region",))


def evaluation_of(tally: Tally | Iterable[tuple[int, int, int]] = GOOD, **fields: Any) -> EvaluationFacts:
    """Return an evaluation on the test set, known two days ago."""
    counts = tally if isinstance(tally, Tally) else tally_of(tally)
    given: dict[str, Any] = {
        "recorded_at": KNOWN,
        "id": "evl_1",
        "label": "forest on test",
        "url": "/e/1/",
        "dataset": TEST_SET,
        "at": KNOWN,
    } | fields
    return EvaluationFacts(tally=counts, **given)


def judged_by(facts: EvaluationFacts, *targets: Target, run: RunFacts | None = None, **more: Any) -> JudgementInputs:
    """Return inputs whose candidate is a run, without numbers unless given, that this evaluation measures."""
    known = run or run_of({}, tags={})
    candidate = Candidate("run", known.id, known.label, known, "/runs/1/", evaluation=facts)
    return inputs_of(candidate=candidate, targets=targets or (ACCURACY, COVERAGE), **more)
