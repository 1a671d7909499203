"""The evaluations of an initiative as a list: each at its operating point, with its worst slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kpis.scoring.evaluations.parts import Part
from kpis.scoring.evaluations.report import Report, report_of
from kpis.scoring.targets import Target
from kpis.selectors.evaluation_facts import evaluation_facts
from mltrack.rest.pages import CursorPages
from projects.models import DatasetVersion, Evaluation, Initiative
from projects.selectors.evaluations import evaluations_of, tallies_of

PAGE = 20


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation at its operating point. `worst` is its least accurate slice that is large enough to judge."""

    evaluation: Evaluation
    report: Report

    @property
    def worst(self) -> Part | None:
        """The slice to look at first, None where no slice can be judged."""
        found = [part for part in self.report.slices if not part.too_small]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class EvaluationList:
    """One page of evaluations, newest first, and the cursors of its neighbours."""

    rows: tuple[EvaluationRow, ...]
    next: str | None
    prev: str | None


def evaluation_page_of(
    initiative: Initiative, targets: Sequence[Target], purpose: str = "", dataset: str = "", cursor: str = ""
) -> EvaluationList:
    """Return evaluations of a purpose and on a dataset version, where named, under the targets, in two queries.

    Raises Problem 400 for a cursor of another list.
    """
    found = narrowed(evaluations_of(initiative), purpose, dataset)
    page = CursorPages("-at", f"evaluations {initiative.pk} {purpose} {dataset}").read(found, PAGE, cursor)
    rows = rows_of(initiative, page.items, targets)
    return EvaluationList(tuple(rows), page.next, page.prev)


def datasets_of(initiative: Initiative) -> list[DatasetVersion]:
    """Return the dataset versions on which something was evaluated, by name, in one query."""
    used = DatasetVersion.objects.filter(evaluations__initiative=initiative).distinct()
    return list(used.order_by("name", "-pk")[:200])


def narrowed(found: QuerySet[Evaluation], purpose: str, dataset: str) -> QuerySet[Evaluation]:
    """Return those of a purpose and on a dataset version, where named."""
    if purpose:
        found = found.filter(purpose=purpose)
    return found.filter(dataset__public_id=dataset) if dataset else found


def rows_of(initiative: Initiative, found: Sequence[Evaluation], targets: Sequence[Target]) -> list[EvaluationRow]:
    """Return evaluations at their operating points under the targets, in one query."""
    tallies = tallies_of(found)
    return [
        EvaluationRow(each, report_of(evaluation_facts(initiative, each, tallies[each.pk]), targets)) for each in found
    ]
