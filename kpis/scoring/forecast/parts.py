"""The parts whose latest one sets the date of readiness, each as a distribution of days after today.

A part is something that is still to be done: open tasks, labels that are wanted, a metric below its target, a check
that somebody must attest. What is done already is no part. A part without a credible date says why, and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from kpis.scoring.convolution import Finish
from kpis.scoring.delivery.task_forecast import TaskForecast
from kpis.scoring.forecast.distribution import by_day, date_at
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.labeling.completion import Completion

NO_DATE: Final = "no credible date: "
NAME_DAYS: Final = "its owner can name the earliest, the most likely and the latest day"
NO_ESTIMATE: Final = f"no credible date: nobody estimated when it will be done; {NAME_DAYS}"
WITHDRAWN: Final = f"no credible date: its estimate was withdrawn; {NAME_DAYS}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `gate` is "tasks", "labels", "metric:NAME" or "check:ID", `title` its name for people.

    `rests_on` says what its dates rest on. Where there is no date `reason` begins with "no credible date: ".
    """

    gate: str
    title: str
    finish: Finish
    reason: str = ""
    rests_on: str = ""
    notes: tuple[str, ...] = ()

    def at(self, today: date, chance: float) -> date | None:
        """Return the first date with at least this chance, None where there is no credible one."""
        return None if self.reason else date_at(self.finish, today, chance)


def tasks_part(found: TaskForecast) -> Part | None:
    """Return the part of the open tasks, as they are now; None where none is open."""
    if not found.left:
        return None
    rests = f"the throughput of {len(found.history.weeks)} weeks"
    return Part("tasks", "the tasks", by_day(found.as_is.weeks), found.words, rests, found.notes)


def labels_part(found: Completion, days: int) -> Part | None:
    """Return the part of the labels that are still wanted; None where all are there. `days` is the history's length."""
    if found.finish.already:
        return None
    return Part("labels", "the labels", found.finish, found.words, f"{days} days of labeling")


def estimated_part(
    gate: str, title: str, estimate: ThreePoint | None, today: date, *, is_withdrawn: bool = False
) -> Part:
    """Return a part that somebody estimated, that nobody did, or whose estimate was withdrawn."""
    if estimate is None:
        return Part(gate, title, Finish(), WITHDRAWN if is_withdrawn else NO_ESTIMATE)
    if estimate.latest <= today:
        reason = f"{NO_DATE}the latest day of its estimate, {estimate.latest}, has come; estimate it anew"
        return Part(gate, title, Finish(), reason)
    return Part(gate, title, estimate.after(today), "", "its owner's estimate")
