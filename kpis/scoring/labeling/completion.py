"""When labeling is done: all tasks, and the quota of each class, from the daily output of the past.

Weekends stay in: every weekday brings what that weekday brought. A rare class sets the date. All of it is done when the
last part is: the chances of the parts are multiplied, given the output (`needs.all_enough` says how good that is).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from kpis.scoring.convolution import HORIZON, MOST_PIECES, Finish, Floats, finish_growing, finish_when
from kpis.scoring.labeling.needs import all_enough, chance_of_enough, class_enough, tasks_enough
from kpis.scoring.two_dates import TwoDates
from projects.progress.labeling.burnup import Day, per_week
from projects.progress.labeling.quotas import Quota

Reason = Literal["", "no_history", "no_output", "unseen_class", "too_far"]
WORDS: dict[Reason, str] = {
    "": "",
    "no_history": "no credible date: there is no history yet",
    "no_output": "no credible date: nothing was labeled lately",
    "unseen_class": "no credible date: a class was not seen yet",
    "too_far": "no credible date: it is too far away",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be done: tasks without a label, and the classes that lack labels.

    `prevalence` is the share of each class among labels, from 0 to 1.
    """

    tasks: int
    quotas: tuple[Quota, ...] = ()
    prevalence: Mapping[str, float] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[Quota, ...]:
        """The quotas that are not met."""
        return tuple(each for each in self.quotas if each.missing)


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """How many labels are enough, as the chance by number; None with the reason why nobody can say."""

    enough: Floats | None
    reason: Reason = ""
    within: float = 1.0


@dataclass(frozen=True, slots=True)
class Completion(TwoDates):
    """The dates on whose evening all is done with a chance of 50 and 85 %, None with the reason.

    `first` is the first day that is forecast; what was already done is done on the day before. `part` is "" for all
    tasks, or the name of a class; `within` is the chance that the tasks left hold enough of it at all.
    """

    part: str
    first: date
    finish: Finish
    reason: Reason = ""
    within: float = 1.0

    @property
    def words(self) -> str:
        """Why there is no date; empty where there is one."""
        return WORDS[self.reason]

    def at(self, chance: float) -> date | None:
        """Return the first date with at least this chance."""
        days = self.finish.quantile(chance)
        return None if days is None else self.first + timedelta(days=days - 1)

    def by(self, day: date) -> float:
        """Return the chance that all is done on the evening of a day."""
        return self.finish.after((day - self.first).days + 1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When everything is done, what decides it, and each part by itself: all tasks first, then classes by name.

    `decided_by` is the part with the latest P85, None where no part has a date or nothing is left.
    """

    whole: Completion
    parts: tuple[Completion, ...]
    per_week: float | None

    @property
    def decided_by(self) -> str | None:
        """The part that takes longest."""
        dated = [(each.p85, each.part) for each in self.parts if each.p85 and not each.finish.already]
        return None if self.whole.p85 is None or not dated else max(dated, key=lambda each: each[0])[1]


def forecast(left: Left, days: Sequence[Day], first: date, horizon: int = HORIZON) -> Forecast:
    """Return when all is done, if `first` and the days after it are like the past `days`.

    A part without a credible date leaves the whole without one. Raises ValueError for a prevalence outside 0 to 1.
    """
    needs = needs_of(left)
    parts = tuple(_completion(part, need, days, first, horizon) for part, need in needs.items())
    reason: Reason = next((each.reason for each in parts if each.reason), "")
    known = [need.enough for need in needs.values() if need.enough is not None]
    whole = Need(None, reason) if reason else Need(all_enough(known))
    return Forecast(_completion("", whole, days, first, horizon), parts, per_week(days))


def forecast_growing(tasks: int, days: Sequence[Day], first: date, horizon: int = HORIZON) -> Completion:
    """Return when so many tasks are labeled if the scope goes on changing as it did on the past days.

    A growth that outruns the output has no credible date.
    """
    if tasks > 0 and not any(each.output for each in days):
        return Completion("", first, Finish(), "no_output" if days else "no_history")
    kinds = [[(each.output, each.added) for each in days if each.day.weekday() == weekday] for weekday in range(7)]
    found = finish_growing(tasks, kinds, first.weekday(), horizon)
    return Completion("", first, found, "" if found.quantile(0.85) is not None else "too_far")


def needs_of(left: Left) -> dict[str, Need]:
    """Return what each part needs: "" are all tasks, then the classes that lack labels."""
    return {"": Need(tasks_enough(left.tasks))} | {each.name: _class_need(each, left) for each in left.classes}


def kinds_of(days: Sequence[Day]) -> list[list[int]]:
    """Return the past outputs of Monday to Sunday."""
    return [[each.output for each in days if each.day.weekday() == weekday] for weekday in range(7)]


def _class_need(quota: Quota, left: Left) -> Need:
    prevalence = left.prevalence.get(quota.name, 0.0)
    if not prevalence:
        return Need(None, "unseen_class", 0.0)
    within = chance_of_enough(left.tasks, quota.missing, prevalence)
    if quota.missing / prevalence > MOST_PIECES / 2:
        return Need(None, "too_far", within)
    return Need(class_enough(quota.missing, prevalence), "", within)


def _completion(part: str, need: Need, days: Sequence[Day], first: date, horizon: int) -> Completion:
    if need.enough is None:
        return Completion(part, first, Finish(), need.reason, need.within)
    if need.enough[0] >= 1:
        return Completion(part, first, Finish(already=True))
    if not any(each.output for each in days):
        return Completion(part, first, Finish(), "no_output" if days else "no_history", need.within)
    found = finish_when(need.enough, kinds_of(days), first.weekday(), horizon)
    return Completion(part, first, found, "" if found.quantile(0.85) else "too_far", need.within)
