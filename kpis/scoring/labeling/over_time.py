"""Agreement over time: Krippendorff's alpha of the tasks whose last label came in a week, or in a month.

Weeks while the history is short, else months; a week is of the month of its Monday. Periods with too few tasks are told
as such. Plain data in, plain data out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kpis.scoring.labeling.decisions import alpha_bounds
from kpis.scoring.proportions import Interval
from projects.progress.labeling.agreement import agreement
from projects.progress.labeling.coefficients import Coefficient
from projects.progress.labeling.patterns import Patterns, merge_patterns

ENOUGH: Final = 20
"""Tasks with two labels or more that a period needs."""
MOST_WEEKS: Final = 16
"""A longer history is told by month."""
MOST_PERIODS: Final = 24
TOO_FEW: Final = "with too few tasks"


@dataclass(frozen=True, slots=True)
class Period:
    """A week or month that began on `first`, with its tasks that have two labels or more; alpha None for too few.

    `bounds` are the one-sided bounds that decide, None where alpha has no value.
    """

    first: date
    is_month: bool
    tasks: int
    alpha: Coefficient | None
    bounds: Interval | None

    @property
    def name(self) -> str:
        """The month, or the week's Monday."""
        return f"{self.first:%Y-%m}" if self.is_month else self.first.isoformat()

    @property
    def value(self) -> float | None:
        """Alpha, None without a value."""
        return self.alpha.value if self.alpha else None

    @property
    def words(self) -> str:
        """Why there is no value, "" where there is one."""
        return self.alpha.words if self.alpha else TOO_FEW


def agreement_over_time(weeks: Mapping[date, Patterns]) -> list[Period]:
    """Return the newest periods in order, from the patterns of each week by its Monday; empty ones are left out."""
    if not weeks:
        return []
    is_month = max(weeks) - min(weeks) >= timedelta(weeks=MOST_WEEKS)
    parts: defaultdict[date, list[Patterns]] = defaultdict(list)
    for monday, patterns in weeks.items():
        parts[monday.replace(day=1) if is_month else monday].append(patterns)
    return [_period(first, is_month, merge_patterns(parts[first])) for first in sorted(parts)[-MOST_PERIODS:]]


def _period(first: date, is_month: bool, patterns: Patterns) -> Period:
    tasks = sum(n for pattern, n in patterns.counts if sum(times for _, times in pattern) > 1)
    if tasks < ENOUGH:
        return Period(first, is_month, tasks, None, None)
    found = agreement(patterns)
    return Period(first, is_month, tasks, found.alpha, alpha_bounds(found))
