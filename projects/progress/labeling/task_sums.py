"""What a task adds to the sums of labeling, so that a change of some tasks moves the sums and costs only these.

A labeled task counts once: for the class that is known to be right, else for what more annotators gave than any other;
a tie counts for no class. Its day is that of its earliest label, its week that of the newest label that counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, Final, Literal

from projects.progress.labeling.annotations import Annotation, ratings_of
from projects.progress.labeling.disagreement import disagreement
from projects.progress.labeling.patterns import Pattern, pattern_of

State = Literal["open", "labeled", "skipped"]
Kind = Literal["state", "class", "day", "pattern", "pair", "gold"]
MOST_PAIRED: Final = 20
"""Pairs of annotators are counted on tasks with so many annotators or fewer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator, by number, said of a task. No label: skipped (`is_skip`), or their label taken back.

    Whose answer is the ground truth of the task is not asked what is right.
    """

    annotator: int
    label: str | None
    time: datetime
    is_skip: bool = False
    is_ground_truth: bool = False


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """What the answers to a task say together. `class_` is "" where there is none; `ratings` are by annotator.

    `gold` is the label that is known to be right, "" without one, and `asked` the labels of those whom it tests.
    """

    state: State = "open"
    pattern: Pattern = ()
    class_: str = ""
    disagreement: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    ratings: Mapping[int, str] = field(default_factory=dict)
    gold: str = ""
    asked: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum that tasks add to: see `LabelingTally` for what `day` and `key` are of each kind.

    States and classes are counted by batch, the others over all of them (`batch` is "").
    """

    batch: str
    kind: Kind
    day: date | None
    key: tuple[Any, ...]


def labels_of(answers: Sequence[Answer], gold: str = "") -> TaskLabels:
    """Return what answers say together: of each annotator the newest counts, whatever order they come in."""
    said = [Annotation("", f"{each.annotator:09}", each.label, each.time) for each in answers]
    ratings = {int(name): label for name, label in ratings_of(said).get("", {}).items()}
    if not ratings:
        return TaskLabels("skipped" if _is_skipped(answers) else "open")
    pattern = pattern_of(ratings.values())
    given = [each for each in answers if each.label is not None]
    counting = [each.time for each in given if ratings.get(each.annotator) == each.label]
    first = min(each.time for each in given)
    class_ = gold or majority(pattern)
    knowing = {each.annotator for each in answers if each.is_ground_truth}
    asked = {each: label for each, label in ratings.items() if gold and each not in knowing}
    return TaskLabels("labeled", pattern, class_, disagreement(pattern), first, max(counting), ratings, gold, asked)


def majority(pattern: Pattern) -> str:
    """Return what was given more often than anything else, "" for a tie."""
    most = max((times for _, times in pattern), default=0)
    found = [label for label, times in pattern if times == most]
    return found[0] if len(found) == 1 else ""


def cells_of(task: TaskLabels, batch: str = "", is_reviewed: bool | None = None) -> list[Cell]:
    """Return the sums that a task adds one to."""
    found = [Cell(batch, "state", None, (task.state, is_reviewed))]
    if task.first_at is None or task.last_at is None:
        return found
    found.append(Cell("", "day", task.first_at.date(), ()))
    found.append(Cell("", "pattern", monday_of(task.last_at.date()), task.pattern))
    if task.class_:
        found.append(Cell(batch, "class", None, (task.class_,)))
    found += [Cell("", "gold", None, (each, task.gold, label)) for each, label in sorted(task.asked.items())]
    if len(task.ratings) <= MOST_PAIRED:
        pairs = combinations(sorted(task.ratings.items()), 2)
        found += [Cell("", "pair", None, (one, two, a, b)) for (one, a), (two, b) in pairs]
    return found


def moves_of(before: Iterable[Cell], after: Iterable[Cell]) -> dict[Cell, int]:
    """Return by how many tasks each sum grows or shrinks; what stays is left out."""
    change = Counter(after)
    change.subtract(Counter(before))
    return {cell: n for cell, n in change.items() if n}


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _is_skipped(answers: Sequence[Answer]) -> bool:
    """Say whether somebody's newest answer is that they skipped the task."""
    newest: dict[int, Answer] = {}
    for each in sorted(answers, key=lambda each: (each.time, each.label is not None)):
        newest[each.annotator] = each
    return any(each.is_skip for each in newest.values())
