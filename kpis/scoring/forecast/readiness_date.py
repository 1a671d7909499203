"""When an initiative is ready: when the last of its parts is done.

The chance that all are done is the product of the parts', as if they were independent; since nobody knows, the bounds
for any dependence stand beside it. Three parts that each keep a date in 85 % of cases all keep it in 61 %, so the
latest of the P85s is never shown as one. One part without a credible date leaves the whole without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kpis.scoring.convolution import Finish
from kpis.scoring.forecast.deciding import chances_to_be_last
from kpis.scoring.forecast.distribution import all_done, at_best, at_worst, chance_by, date_at
from kpis.scoring.forecast.parts import NO_DATE, Part
from kpis.scoring.two_dates import TwoDates
from kpis.scoring.wording import listed

LEVELS = (0.5, 0.85)
NOTHING_LEFT = "nothing is left to be done"


@dataclass(frozen=True)
class ReadinessForecast(TwoDates):
    """The forecast as of `today` from the parts that are still to be done."""

    today: date
    parts: tuple[Part, ...] = ()

    @cached_property
    def whole(self) -> Finish:
        """The distribution of days after today; nothing where a part has no credible date."""
        return Finish() if self._dateless else all_done([each.finish for each in self.parts])

    @property
    def reason(self) -> str:
        """Why there is no date, naming the parts; or that nothing is left. Empty where parts have dates."""
        if self._dateless:
            return f"no credible date because of {'; '.join(f'{listed(names)}: {why}' for names, why in self.reasons)}"
        if not self.parts:
            return NOTHING_LEFT
        return "" if self.whole.quantile(LEVELS[-1]) is not None else f"{NO_DATE}all of it together is too far away"

    @property
    def reasons(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Why parts have no date and what to do about it; those with the same reason are named together."""
        titles: dict[str, list[str]] = {}
        for each in self._dateless:
            titles.setdefault(each.reason.removeprefix(NO_DATE), []).append(each.title)
        return tuple((tuple(names), why) for why, names in titles.items())

    @cached_property
    def best(self) -> Finish:
        """The earliest distribution, whatever the dependence of the parts; nothing where a part has no date."""
        return Finish() if self._dateless else at_best([each.finish for each in self.parts])

    @cached_property
    def worst(self) -> Finish:
        """The latest distribution, whatever the dependence of the parts; nothing where a part has no date."""
        return Finish() if self._dateless else at_worst([each.finish for each in self.parts])

    @cached_property
    def chances(self) -> tuple[float, ...]:
        """How probable it is that each part is the last one; zeros where a part has no credible date."""
        if self._dateless:
            return (0.0,) * len(self.parts)
        return tuple(chances_to_be_last([each.finish for each in self.parts]))

    @property
    def decided_by(self) -> str | None:
        """The gate that is most probably the last; where there is no date, the first one that has none."""
        if self._dateless:
            return self._dateless[0].gate
        if not self.parts:
            return None
        return self.parts[self.chances.index(max(self.chances))].gate

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known beside the dates."""
        return tuple(note for each in self.parts for note in each.notes)

    def at(self, chance: float) -> date | None:
        """Return the first date with at least this chance, None where there is no credible date."""
        if self.whole.quantile(LEVELS[-1]) is None:
            return None
        return date_at(self.whole, self.today, chance)

    def by(self, day: date) -> float | None:
        """Return the chance that all is done on the evening of a day, None where there is no credible date."""
        return None if self.p85 is None else chance_by(self.whole, self.today, day)

    def bounds(self, chance: float) -> tuple[date | None, date | None]:
        """Return the earliest and the latest date with this chance, whatever the dependence of the parts."""
        return date_at(self.best, self.today, chance), date_at(self.worst, self.today, chance)

    def without(self, gate: str) -> ReadinessForecast:
        """Return the forecast if one part were not asked for."""
        return ReadinessForecast(self.today, tuple(each for each in self.parts if each.gate != gate))

    @cached_property
    def _dateless(self) -> tuple[Part, ...]:
        return tuple(each for each in self.parts if each.reason)
