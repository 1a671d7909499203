"""Gold questions answered, and figures of single annotators: none from fewer than five tasks, and nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpis.scoring.proportions import Interval, wilson
from projects.progress.evaluations.confusion import Confusion
from projects.progress.labeling.gold import FEWEST_TASKS

FEWEST_ANNOTATORS = 2
"""Fewer are single annotators."""


@dataclass(frozen=True, slots=True)
class GoldAccuracy:
    """How many of `n` answers to gold questions are right; `n` is 1 or more."""

    right: int
    n: int

    @property
    def value(self) -> float:
        """The share of right answers."""
        return self.right / self.n

    @property
    def interval(self) -> Interval:
        """Wilson's interval at 95 %."""
        return wilson(self.right, self.n)


def gold_accuracy(answers: Sequence[Confusion]) -> GoldAccuracy | None:
    """Return how right all annotators are together, from the answers of each; None where fewer than two answered."""
    told = [each for each in answers if each.n]
    if len(told) < FEWEST_ANNOTATORS:
        return None
    return GoldAccuracy(sum(each.right for each in told), sum(each.n for each in told))


@dataclass(frozen=True, slots=True)
class AnnotatorFacts:
    """An annotator by number within a project (`project` is its name, "" for what was pushed), and labeled tasks."""

    place: tuple[int, int]
    project: str
    tasks: int


@dataclass(frozen=True, slots=True)
class AnnotatorFigure:
    """Figures of one annotator; None where fewer than five tasks stand behind one.

    `compared` counts labels of others on tasks that the annotator labeled too, `agreed` those that are the same.
    """

    number: int
    project: str
    tasks: int
    gold: GoldAccuracy | None
    agreed: int
    compared: int

    @property
    def agreement(self) -> float | None:
        """How often another one gave the same label, None with fewer than five labels to compare."""
        return self.agreed / self.compared if self.compared >= FEWEST_TASKS else None


def annotator_figures(
    found: Iterable[AnnotatorFacts],
    gold: Mapping[tuple[int, int], Confusion],
    pairs: Mapping[tuple[int, int, int], Confusion],
) -> tuple[list[AnnotatorFigure], int]:
    """Return the figures in the order of project and number, and how many annotators labeled too few tasks for any.

    `gold` is by project and number, `pairs` by project and two numbers.
    """
    every = sorted(found, key=lambda each: each.place)
    enough = [each for each in every if each.tasks >= FEWEST_TASKS]
    return [_figure(each, gold.get(each.place), pairs) for each in enough], len(every) - len(enough)


def _figure(
    each: AnnotatorFacts, gold: Confusion | None, pairs: Mapping[tuple[int, int, int], Confusion]
) -> AnnotatorFigure:
    project, number = each.place
    mine = [table for (where, *two), table in pairs.items() if where == project and number in two]
    agreed, compared = sum(table.right for table in mine), sum(table.n for table in mine)
    told = gold is not None and gold.n >= FEWEST_TASKS
    right = GoldAccuracy(gold.right, gold.n) if gold is not None and told else None
    return AnnotatorFigure(number, each.project, each.tasks, right, agreed, compared)
