"""Do groups fare alike? Judged by targets on what an evaluation or a run reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured.ages import AGES
from kpis.scoring.measured.evaluated import evaluated_of
from kpis.scoring.measured.evaluated_gaps import screening
from kpis.scoring.measured.labels import AGREEMENT, ERROR_RATE
from kpis.scoring.measured.several import together
from kpis.scoring.measurement import Measurement
from kpis.scoring.wording import listed

GROUP_ERRORS = (
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "error_parity_difference",
    "error_parity_ratio",
)
GROUP_COVERAGE = ("coverage_parity_difference", "coverage_parity_ratio")
JUDGED_HERE = frozenset((ERROR_RATE, AGREEMENT, *GROUP_ERRORS, *GROUP_COVERAGE, *AGES))


def group_errors(inputs: JudgementInputs) -> Measurement:
    """Measure the targets on how errors and decisions differ between groups; the four-fifths rule only warns."""
    measured, found = _on(inputs, GROUP_ERRORS), evaluated_of(inputs)
    asked = any(target.metric in GROUP_ERRORS for target in inputs.targets)
    if found is None or not asked:
        return measured
    notes = screening(found.facts.tally, found.operating.point.threshold)
    return replace(measured, notes=(*measured.notes, *notes))


def group_coverage(inputs: JudgementInputs) -> Measurement:
    """Measure the targets on how coverage differs between groups: whom the model decides, and who waits."""
    return _on(inputs, GROUP_COVERAGE)


def _on(inputs: JudgementInputs, metrics: Sequence[str]) -> Measurement:
    found = [target for target in inputs.targets if target.metric in metrics]
    if found:
        return together(inputs, found, own_n=True)
    return Measurement("missing", reason=f"no target is set on any of {listed(metrics)}")
