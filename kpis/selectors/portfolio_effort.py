"""What was put into initiatives, as far as it is known here: runs, evaluations, labels, finished tasks and costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Sum

from kpis.models import InitiativeCost
from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.incidence import way_of
from kpis.selectors.portfolio_histories import Asked, Portfolio, portfolio_histories
from mltrack.accounts.access import Principal
from mltrack.cells import Cell
from projects.models import Evaluation, RunLink, Task, TaskStatus
from projects.selectors.labeled_counts import labeled_counts

COUNTS: Final = ("runs", "evaluations", "labels", "tasks_done")
COSTS: Final = ("weeks", "amount")
NONE: Final = (None, None)
COLUMNS: Final = ("initiative", "outcome", "days", *COUNTS, *COSTS)
OUTCOMES: Final = ("production", "cancelled", "open")


@dataclass(frozen=True, slots=True)
class Effort:
    """What one initiative took so far, and what became of it: production, cancelled or open, after so many days.

    `weeks` are people-weeks and `amount` is money in the workspace's currency, None where nobody noted a cost.
    """

    history: History
    runs: int
    evaluations: int
    labels: int
    tasks_done: int
    weeks: float | None
    amount: float | None

    @property
    def days(self) -> int:
        """How many days it took to what became of it, or has been open."""
        return way_of(self.history).days

    @property
    def outcome(self) -> str:
        """What became of it."""
        return way_of(self.history).end or "open"


@dataclass(frozen=True, slots=True)
class OutcomeEffort:
    """What initiatives with one outcome took together."""

    outcome: str
    initiatives: int
    runs: int
    evaluations: int
    labels: int
    tasks_done: int
    weeks: float | None
    amount: float | None


def efforts(found: Portfolio) -> tuple[Effort, ...]:
    """Return what each initiative took, by key, in seven queries."""
    runs = dict(RunLink.objects.filter(initiative__in=found.pks).values_list("initiative").annotate(Count("pk")))
    measured = dict(Evaluation.objects.filter(initiative__in=found.pks).values_list("initiative").annotate(Count("pk")))
    done = Task.objects.filter(initiative__in=found.pks, status=TaskStatus.DONE, deleted_at=None)
    tasks = dict(done.values_list("initiative").annotate(Count("pk")))
    labels = labeled_counts(found.pks)
    costs = _costs(found.pks)
    return tuple(
        Effort(
            history,
            runs=runs.get(pk, 0),
            evaluations=measured.get(pk, 0),
            labels=labels.get(pk, 0),
            tasks_done=tasks.get(pk, 0),
            weeks=costs.get(pk, NONE)[0],
            amount=costs.get(pk, NONE)[1],
        )
        for history, pk in zip(found.histories, found.pks, strict=True)
    )


def by_outcome(found: Sequence[Effort]) -> tuple[OutcomeEffort, ...]:
    """Return the same summed by what became of initiatives; outcomes that nobody had are left out."""
    rows = []
    for outcome in OUTCOMES:
        these = [each for each in found if each.outcome == outcome]
        counts = [sum(getattr(each, name) for each in these) for name in COUNTS]
        rows.append(OutcomeEffort(outcome, len(these), *counts, *(_sum(these, name) for name in COSTS)))
    return tuple(each for each in rows if each.initiatives)


def effort_lines(found: Portfolio) -> Iterator[tuple[Cell, ...]]:
    """Return what each initiative took as rows."""
    yield COLUMNS
    for each in efforts(found):
        counts = (each.runs, each.evaluations, each.labels, each.tasks_done)
        yield (each.history.key, each.outcome, each.days, *counts, each.weeks, each.amount)


def effort(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return what initiatives took, together by what became of them and each by key, in nine queries."""
    found = efforts(portfolio_histories(principal, asked, now))
    together = [asdict(each) for each in by_outcome(found)]
    each_one = [
        {"initiative": each.history.key, **{name: getattr(each, name) for name in COLUMNS[1:]}} for each in found
    ]
    return {"currency": principal.workspace.currency, "outcomes": together, "initiatives": each_one}


def _costs(pks: Sequence[int]) -> dict[int, tuple[float | None, float | None]]:
    rows = InitiativeCost.objects.filter(initiative__in=pks).values_list("initiative")
    return {pk: (weeks, amount) for pk, weeks, amount in rows.annotate(Sum("weeks"), Sum("amount"))}


def _sum(found: Sequence[Effort], name: str) -> float | None:
    known = [cost for each in found if (cost := getattr(each, name)) is not None]
    return sum(known) if known else None
