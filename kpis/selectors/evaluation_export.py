"""The list of evaluations and the attempt ledger as the rows of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from kpis.scoring.targets import Target
from kpis.selectors.attempts import Attempts
from kpis.selectors.evaluation_list import PAGE, EvaluationRow, narrowed, rows_of
from mltrack.cells import Cell
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
) -> Iterator[tuple[Cell, ...]]:
    """Return all evaluations of a purpose and on a dataset version, where named, newest first, each at its point.

    Ratios lie from 0 to 1, intervals are Wilson's at 95 %. One query for the list, and one for the counts of each
    twenty.
    """
    yield EVALUATION_COLUMNS
    found = narrowed(evaluations_of(initiative), purpose, dataset).iterator(PAGE)
    while some := list(islice(found, PAGE)):
        yield from map(_evaluation, rows_of(initiative, some, targets))


def _evaluation(row: EvaluationRow) -> tuple[Cell, ...]:
    kept, judged, worst = row.evaluation, row.report.judged, row.worst
    version = kept.model_version
    return (
        *(kept.public_id, kept.external_id, kept.name, kept.at, kept.origin, kept.purpose),
        *(*_of(kept.run, "external_id"), f"{version.name}/{version.version}" if version else None),
        *(*_of(kept.dataset, "name", "digest"), kept.commit, kept.n, kept.abstained),
        *(judged.point.threshold, judged.method),
        *(judged.point.coverage, *_of(row.report.coverage_interval, "low", "high")),
        *(judged.point.accuracy, *_of(row.report.accuracy_interval, "low", "high")),
        *(judged.guaranteed_coverage, *_of(judged.decision, "accuracy", "coverage")),
        *(*_of(worst, "name"), *_of(worst and worst.accuracy, "rate"), kept.family, kept.cost),
    )


def _of(thing: object, *names: str) -> tuple[Cell, ...]:
    """Return what a thing has under names; of None, as often nothing."""
    return tuple(None if thing is None else getattr(thing, name) for name in names)


def attempt_rows(found: Attempts) -> Iterator[tuple[Cell, ...]]:
    """Return the ledger by family, the one with the most attempts first; no query."""
    yield ATTEMPT_COLUMNS
    for each in found.ledger.families:
        yield (each.name, each.attempts, each.best, found.measure.words, found.purpose, each.cost)
