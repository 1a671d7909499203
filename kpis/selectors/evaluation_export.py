"""The list of evaluations and the attempt ledger as rows of text, for files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from kpis.scoring.targets import Target
from kpis.selectors.attempts import Attempts
from kpis.selectors.evaluation_list import PAGE, EvaluationRow, narrowed, rows_of
from projects.models import Initiative
from projects.selectors.evaluations import evaluations_of

EVALUATION_COLUMNS: Final = (
    *("id", "external_id", "name", "at", "origin", "purpose", "run", "model_version", "dataset", "digest", "commit"),
    *("n", "abstained", "threshold", "method", "coverage", "coverage_low", "coverage_high", "accuracy"),
    *("accuracy_low", "accuracy_high", "guaranteed_coverage", "accuracy_decision", "coverage_decision"),
    *("worst_slice", "worst_accuracy", "family", "cost"),
)
ATTEMPT_COLUMNS: Final = ("family", "attempts", "best", "measure", "purpose", "cost")


def evaluation_rows(
    initiative: Initiative, targets: Sequence[Target], purpose: str = "", dataset: str = ""
) -> Iterator[tuple[str, ...]]:
    """Return all evaluations of a purpose and on a dataset version, where named, newest first, each at its point.

    Ratios lie from 0 to 1, intervals are Wilson's at 95 %. One query for the list, and one for the counts of each
    twenty.
    """
    yield EVALUATION_COLUMNS
    found = narrowed(evaluations_of(initiative), purpose, dataset).iterator(PAGE)
    while some := list(islice(found, PAGE)):
        yield from map(_evaluation, rows_of(initiative, some, targets))


def _evaluation(row: EvaluationRow) -> tuple[str, ...]:
    kept, judged, worst = row.evaluation, row.report.judged, row.worst
    run, version, dataset = kept.run, kept.model_version, kept.dataset
    coverage, accuracy = row.report.coverage_interval, row.report.accuracy_interval
    decided = judged.decision
    values = (
        *(kept.public_id, kept.external_id, kept.name, kept.at.isoformat(), kept.origin, kept.purpose),
        *(run and run.external_id, f"{version.name}/{version.version}" if version else None),
        *(dataset and dataset.name, dataset and dataset.digest, kept.commit, kept.n, kept.abstained),
        *(judged.point.threshold, judged.method, judged.point.coverage, coverage and coverage.low),
        *(coverage and coverage.high, judged.point.accuracy, accuracy and accuracy.low, accuracy and accuracy.high),
        *(judged.guaranteed_coverage, decided and decided.accuracy, decided and decided.coverage),
        *(worst and worst.name, worst and worst.accuracy.rate, kept.family, kept.cost),
    )
    return tuple("" if each is None else str(each) for each in values)


def attempt_rows(found: Attempts) -> Iterator[tuple[str, ...]]:
    """Return the ledger by family, the one with the most attempts first; no query."""
    yield ATTEMPT_COLUMNS
    for each in found.ledger.families:
        values = (each.name, each.attempts, each.best, found.measure.words, found.purpose, each.cost)
        yield tuple("" if value is None else str(value) for value in values)
