"""When the open tasks are done, if the coming weeks are like the past ones: by exact convolution of the throughput.

The first coming week is the seven days after `today`, and what a week brings counts when it is over. `as_is` takes the
tasks that are open now. `growing` lets the scope go on changing as it did: each coming week brings the done and the
added tasks of one past week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from kpis.scoring.convolution import HORIZON, Finish, finish, finish_growing
from kpis.scoring.forecast_scores import Backtest, backtest
from kpis.scoring.two_dates import TwoDates
from kpis.scoring.wording import counted, figure
from projects.progress.delivery.throughput import ENOUGH_WEEKS, MOST_WEEKS, Throughput

Reason = Literal["", "no_history", "no_output", "too_far", "grows"]
HORIZON_WEEKS: Final = HORIZON // 7
BACKTEST_AHEAD: Final = 4
"""A team's own forecasts are tried on work of so many mean weeks."""


@dataclass(frozen=True, slots=True)
class TaskDates(TwoDates):
    """The dates on whose evening all is done with a chance of 50 and 85 %; `weeks` is the distribution by week."""

    today: date
    weeks: Finish

    def at(self, chance: float) -> date | None:
        """Return the first date with at least this chance."""
        weeks = self.weeks.quantile(chance)
        return None if weeks is None else self.today + timedelta(weeks=weeks)

    def by(self, day: date) -> float:
        """Return the chance that all is done on the evening of a day."""
        return self.weeks.after((day - self.today).days // 7) if day >= self.today else 0.0


@dataclass(frozen=True, slots=True)
class TaskForecast:
    """The forecast of `left` tasks from `history`; without a date `reason` says why in a word, and `words` in words."""

    left: int
    history: Throughput
    as_is: TaskDates
    growing: TaskDates
    reason: Reason = ""

    @property
    def words(self) -> str:
        """Why there is no date, and what to do about it; empty where there is one."""
        return _words(self.reason, self.history)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known beside the dates: a short history, and a scope that grows."""
        if self.reason or not self.left:
            return ()
        found = []
        weeks = len(self.history.weeks)
        if not self.history.is_enough:
            found.append(
                f"The history is {counted(weeks, 'week')} long, shorter than {ENOUGH_WEEKS}, so the dates are surer of "
                "themselves than they should be."
            )
        growth = self.history.growth_per_week or 0.0
        if growth > 0:
            found.append(
                f"The scope grew by {figure(round(growth, 1))} a week: if it goes on so, {self._growing_says}."
            )
        return tuple(found)

    @property
    def _growing_says(self) -> str:
        p50, p85 = self.growing.p50, self.growing.p85
        if p50 is None or p85 is None:
            return f"there is {_words('grows', self.history)}"
        return f"it is done by {p50} with a chance of 50 %, by {p85} with 85 %"

    @property
    def says(self) -> str:
        """The forecast in a sentence."""
        if not self.left:
            return "All tasks are done."
        if self.reason:
            return f"There is {self.words}."
        rate = figure(round(self.history.per_week or 0.0, 1))
        rests = f"at {rate} a week, from {counted(len(self.history.weeks), 'week')}"
        dates = f"done by {self.as_is.p50} with a chance of 50 %, by {self.as_is.p85} with 85 %"
        return f"{counted(self.left, 'task')} {dates}, {rests}."

    @property
    def own_backtest(self) -> Backtest | None:
        """How such forecasts did over this team's own weeks, None where they are too few to try."""
        window = min(ENOUGH_WEEKS, len(self.history.weeks) // 2)
        return backtest(self.history.done, window, BACKTEST_AHEAD) if window else None


def forecast_tasks(left: int, history: Throughput, today: date, window: int = MOST_WEEKS) -> TaskForecast:
    """Return when so many open tasks are done. `window` is how many of the last weeks count."""
    history = Throughput(history.weeks[-window:] if window > 0 else ())
    weeks = history.weeks
    as_is = finish(left, [history.done], 0, HORIZON_WEEKS)
    growing = finish_growing(left, [[(each.done, each.growth) for each in weeks]], 0, HORIZON_WEEKS)
    return TaskForecast(
        max(0, left), history, TaskDates(today, as_is), TaskDates(today, growing), _reason(as_is, history.done)
    )


def _reason(found: Finish, done: Sequence[int]) -> Reason:
    if found.already or found.quantile(0.85) is not None:
        return ""
    if not done:
        return "no_history"
    return "too_far" if any(done) else "no_output"


def _words(reason: Reason, history: Throughput) -> str:
    weeks = len(history.weeks)
    if reason == "no_history":
        return (
            "no credible date: there is no full week of history yet; finish tasks for a week, or import finished ones "
            "with their dates"
        )
    if reason == "no_output":
        return f"no credible date: nothing was finished in the last {counted(weeks, 'week') if weeks > 1 else 'week'}"
    if reason == "too_far":
        rate = figure(round(history.per_week or 0.0, 2))
        return f"no credible date: at {rate} tasks a week it is more than four years away"
    if reason == "grows":
        done, growth = (figure(round(each or 0.0, 1)) for each in (history.per_week, history.growth_per_week))
        return f"no credible date: {growth} tasks a week are added and {done} done"
    return ""
