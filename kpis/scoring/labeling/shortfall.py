"""How many more labels a week are needed to be done by a date, for all tasks and for each quota."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kpis.scoring.convolution import Floats, sums_after
from kpis.scoring.labeling.completion import Forecast, Left, kinds_of, needs_of
from kpis.scoring.wording import counted
from projects.progress.labeling.burnup import Day, per_week

DEFAULT_CHANCE = 0.85


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A part that is not done by a date with the chance asked for; `part` is "" for all tasks, or a class.

    `chance` is that of being done by then at the present rate. `more_per_week` is the smallest whole number of labels
    that every week must bring beside what it brings now, None where the date is over or the class was not seen yet.
    """

    part: str
    target: date
    chance: float
    per_week: float | None
    more_per_week: int | None
    wanted: float = DEFAULT_CHANCE

    @property
    def says(self) -> str:
        """The shortfall in a sentence."""
        what = f"the quota of class {self.part} is reached" if self.part else "labeling is done"
        if self.more_per_week is None:
            return f"At this rate {what} after {self.target}, and nobody can say how many more labels would do."
        needed = f"{self.more_per_week:,} more a week {'is' if self.more_per_week == 1 else 'are'} needed"
        return f"At this rate {what} after {self.target}: {needed}."


def shortfalls(
    left: Left, days: Sequence[Day], first: date, target: date, chance: float = DEFAULT_CHANCE
) -> tuple[Shortfall, ...]:
    """Return the parts that are not done on the evening of `target` with this chance, if days are like the past ones.

    All tasks come first, then classes by name. `first` is the first day that is still to come.
    """
    found = []
    for part, need in needs_of(left).items():
        if need.enough is None:
            found.append(Shortfall(part, target, 0.0, per_week(days), None, chance))
            continue
        sums = _sums(need.enough, days, first, target)
        now = float(sums @ need.enough)
        if now < chance:
            more = _more_per_week(need.enough, sums, (target - first).days + 1, chance)
            found.append(Shortfall(part, target, now, per_week(days), more, chance))
    return tuple(found)


def _sums(enough: Floats, days: Sequence[Day], first: date, target: date) -> Floats:
    """Return the distribution of the labels made until the target date, all that are more than enough in the last."""
    return sums_after(max(0, (target - first).days + 1), len(enough) - 1, kinds_of(days), first.weekday())


def _more_per_week(enough: Floats, sums: Floats, days: int, chance: float) -> int | None:
    if days < 1:
        return None
    most = len(enough) - 1
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        shifted = np.append(enough[middle:], np.ones(middle))
        if float(sums @ shifted) >= chance:
            high = middle
        else:
            low = middle + 1
    return math.ceil(low * 7 / days)


def rate_says(forecast: Forecast) -> str:
    """Return the rate and the dates in a sentence."""
    rate = "" if forecast.per_week is None else f" at {counted(round(forecast.per_week), 'label')} a week"
    whole = forecast.whole
    if whole.finish.already:
        return "All is labeled."
    if whole.p50 is None or whole.p85 is None:
        return f"There is {whole.words}."
    decided = f", decided by class {forecast.decided_by}" if forecast.decided_by else ""
    return f"Done by {whole.p50} with a chance of 50 %, by {whole.p85} with 85 %{rate}{decided}."
