"""How it was before: the evaluations of the same columns, and the accuracy of each slice in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Case, F, Q, Value, When, Window
from django.db.models.functions import RowNumber

from kpis.scoring.evaluations.operating import operate
from kpis.scoring.evaluations.parts import Part, slice_parts
from kpis.scoring.targets import Target
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.made_of import deployed
from projects.models import Evaluation, Initiative
from projects.models.evaluations import Purpose
from projects.progress.evaluations.tally import Tally
from projects.selectors.evaluations import evaluations_of, tallies_of

MOST_BEFORE = 12
MOST_SHOWN = 6
MOST_SLICES = 50

Columns = Literal["slice_columns", "group_columns"]


@dataclass(frozen=True, slots=True)
class Then:
    """An evaluation at its own operating point, with its slices by name."""

    evaluation: Evaluation
    threshold: float
    in_production: bool
    slices: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One slice over time: all accuracies, oldest first, None where nothing of it was decided; and the newest ones."""

    name: str
    accuracies: tuple[float | None, ...]
    newest: tuple[tuple[Then, Part | None], ...]


@dataclass(frozen=True, slots=True)
class SliceHistory:
    """The evaluations that know a slice column of this one, this one among them, newest first."""

    thens: tuple[Then, ...] = ()

    @property
    def shown(self) -> tuple[Then, ...]:
        """Those that have a column of their own."""
        return self.thens[:MOST_SHOWN]

    def rows(self, names: Sequence[str]) -> list[SliceRow]:
        """Return the slices of these names over time, at most fifty; none where there is nothing before."""
        return [self._row(name) for name in names[:MOST_SLICES]] if len(self.thens) > 1 else []

    def _row(self, name: str) -> SliceRow:
        parts = [each.slices.get(name) for each in self.thens]
        rates = [part.accuracy.rate if part else None for part in reversed(parts)]
        return SliceRow(name, tuple(rates), tuple(zip(self.shown, parts)))


def slice_history(
    initiative: Initiative, evaluation: Evaluation, tally: Tally, targets: Sequence[Target]
) -> SliceHistory:
    """Return how the slices of an evaluation did over time under the targets in force; at most three queries."""
    if not evaluation.slice_columns:
        return SliceHistory()
    others = alike(initiative, evaluation, "slice_columns")
    tallies, known = {**tallies_of(others), evaluation.pk: tally}, deployed(initiative)
    every = newest_first([evaluation, *others])
    return SliceHistory(tuple(_then(initiative, each, tallies[each.pk], targets, known.runs(each)) for each in every))


def _then(initiative: Initiative, evaluation: Evaluation, tally: Tally, targets: Sequence[Target], live: bool) -> Then:
    threshold = operate(evaluation_facts(initiative, evaluation, tally), targets).point.threshold
    return Then(evaluation, threshold, live, {part.name: part for part in slice_parts(tally, threshold)})


def alike(initiative: Initiative, evaluation: Evaluation, columns: Columns) -> list[Evaluation]:
    """Return the newest other evaluations that know any of its columns; none where it has none itself. One query.

    Those measured in production are counted by themselves: however often models are tested, they stay in sight.
    """
    slices, groups = evaluation.slice_columns, evaluation.group_columns
    if not (slices if columns == "slice_columns" else groups):
        return []
    known = Q(slice_columns__overlap=slices) if columns == "slice_columns" else Q(group_columns__overlap=groups)
    place = Window(
        RowNumber(),
        partition_by=Case(When(purpose=Purpose.PRODUCTION, then=Value(1)), default=Value(0)),
        order_by=[F("at").desc(), F("pk").desc()],
    )
    others = evaluations_of(initiative).exclude(pk=evaluation.pk).filter(known)
    return list(others.annotate(place=place).filter(place__lte=MOST_BEFORE))


def newest_first(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Return evaluations by when they were measured, the newest first."""
    return sorted(evaluations, key=lambda each: (each.at, each.pk), reverse=True)


def slice_history_answer(found: SliceHistory) -> list[dict[str, Any]]:
    """Return the history as the API shows it, newest first."""
    return [
        {
            "id": each.evaluation.public_id,
            "label": str(each.evaluation),
            "purpose": each.evaluation.purpose,
            "at": each.evaluation.at,
            "threshold": each.threshold,
            "in_production": each.in_production,
            "slices": [
                {
                    "slice": part.name,
                    "n": part.coverage.n,
                    "decided": part.coverage.part,
                    "accuracy": part.accuracy.rate,
                    "coverage": part.coverage.rate,
                }
                for part in each.slices.values()
            ],
        }
        for each in found.thens
    ]
