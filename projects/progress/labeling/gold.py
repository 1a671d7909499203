"""Gold questions: tasks whose right label is known, mixed among the others.

Figures of single annotators exist from five questions on, stand in the order of the pseudonyms and rank nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from projects.progress.evaluations.confusion import Confusion, confusion_of
from projects.progress.labeling.annotations import Ratings

FEWEST_TASKS = 5


@dataclass(frozen=True, slots=True)
class GoldCount:
    """How many gold questions an annotator answered, and how many of them rightly."""

    annotator: str
    right: int
    n: int


@dataclass(frozen=True, slots=True)
class GoldAnswers:
    """What was answered for which right label, by all annotators together, and by each who answered enough.

    `too_few` counts the annotators who answered some questions, but fewer than five.
    """

    together: Confusion
    annotators: tuple[GoldCount, ...]
    too_few: int


def gold_answers(gold: Mapping[str, str], ratings: Ratings, fewest: int = FEWEST_TASKS) -> GoldAnswers:
    """Compare answers with the right labels, by task. Raises ValueError for `fewest` below five."""
    if fewest < FEWEST_TASKS:
        raise ValueError("Figures of single annotators need five tasks or more.")
    answers = [
        (annotator, gold[task], label)
        for task in sorted(gold.keys() & ratings.keys())
        for annotator, label in ratings[task].items()
    ]
    asked = Counter(annotator for annotator, _, _ in answers)
    right = Counter(annotator for annotator, truth, label in answers if truth == label)
    enough = tuple(GoldCount(each, right[each], n) for each, n in sorted(asked.items()) if n >= fewest)
    together = confusion_of([truth for _, truth, _ in answers], [label for _, _, label in answers])
    return GoldAnswers(together, enough, len(asked) - len(enough))
