"""What the date rests on, and what it would be if something were otherwise: always a new distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpis.scoring.delivery.task_forecast import forecast_tasks
from kpis.scoring.forecast.metric_gaps import MetricGap, metric_part
from kpis.scoring.forecast.parts import Part, estimated_part, labels_part, tasks_part
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.labeling.completion import Left, forecast
from projects.progress.delivery.throughput import Throughput
from projects.progress.labeling.burnup import Day


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """How many tasks are open, and what the past weeks brought."""

    left: int
    history: Throughput


@dataclass(frozen=True, slots=True)
class WantedLabels:
    """The labels that are still to be made, and what the past days brought. `left` is None where none are wanted."""

    left: Left | None
    days: Sequence[Day] = ()


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A check that is passed by a person's word, with that person's estimate of when, or that it was withdrawn."""

    check: str
    title: str
    estimate: ThreePoint | None = None
    is_withdrawn: bool = False

    def part(self, today: date) -> Part:
        """Return the part that it is."""
        return estimated_part(f"check:{self.check}", self.title, self.estimate, today, is_withdrawn=self.is_withdrawn)


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a forecast of readiness rests on, as of the evening of `today`."""

    today: date
    tasks: OpenTasks | None = None
    labels: WantedLabels | None = None
    gaps: tuple[MetricGap, ...] = ()
    checks: tuple[OpenCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be otherwise: gates that are dropped, so many tasks cut, labeling so many times as fast.

    Raises ValueError for a negative number of tasks, or a rate that is not above 0.
    """

    drop: frozenset[str] = frozenset()
    cut_tasks: int = 0
    labeling_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.cut_tasks < 0 or not 0 < self.labeling_rate <= 100:
            raise ValueError(
                "Tasks to cut are not negative, and labeling is more than 0 and at most 100 times as fast."
            )


AS_IT_IS = WhatIf()


def readiness_forecast(grounds: Grounds, what_if: WhatIf = AS_IT_IS) -> ReadinessForecast:
    """Return when all is done, as it is or if something were otherwise."""
    found = (each for each in _parts(changed(grounds, what_if)) if each is not None)
    return ReadinessForecast(grounds.today, tuple(each for each in found if each.gate not in what_if.drop))


def changed(grounds: Grounds, what_if: WhatIf) -> Grounds:
    """Return the grounds with fewer tasks and faster labeling."""
    tasks, labels = grounds.tasks, grounds.labels
    if tasks is not None:
        tasks = replace(tasks, left=max(0, tasks.left - what_if.cut_tasks))
    if labels is not None:
        days = tuple(replace(each, output=round(each.output * what_if.labeling_rate)) for each in labels.days)
        labels = replace(labels, days=days)
    return replace(grounds, tasks=tasks, labels=labels)


def _parts(grounds: Grounds) -> list[Part | None]:
    today, tasks, labels = grounds.today, grounds.tasks, grounds.labels
    days = labels.days if labels else ()
    found: list[Part | None] = []
    if tasks is not None:
        found.append(tasks_part(forecast_tasks(tasks.left, tasks.history, today)))
    if labels is not None and labels.left is not None:
        found.append(labels_part(forecast(labels.left, days, today + timedelta(days=1)).whole, len(days)))
    found += [metric_part(each, days, today) for each in grounds.gaps]
    found += [each.part(today) for each in grounds.checks]
    return found
