"""What an initiative's arrivals in an environment add up to: lead time, change-fail rate, age. Pure.

All moments are aware; days are of 24 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from projects.progress.wilson import wilson_ends

ARRIVED: Final = frozenset({"live", "failed", "rolled_back", "retired"})
WAS_LIVE: Final = frozenset({"live", "rolled_back", "retired"})
WENT_WRONG: Final = frozenset({"failed", "rolled_back"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """One arrival of a version in an environment, by its state of now."""

    version: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FailRate:
    """How many of the arrivals failed or were taken back. Canaries and shadows have not arrived yet."""

    failed: int
    n: int

    @property
    def share(self) -> float | None:
        """Return the share, 0 to 1; None without arrivals."""
        return self.failed / self.n if self.n else None

    @property
    def low(self) -> float | None:
        """Return the lower end of the share's interval at 95 % (Wilson's); None without arrivals."""
        return wilson_ends(self.failed, self.n)[0] if self.n else None

    @property
    def high(self) -> float | None:
        """Return the upper end; None without arrivals."""
        return wilson_ends(self.failed, self.n)[1] if self.n else None


def lead_days(begun: datetime | None, live: datetime | None) -> float | None:
    """Return the days from the beginning to the first version that was live; None where either is not known.

    One that was live before the initiative was written down here took no days that anybody counted: None.
    """
    if begun is None or live is None or live < begun:
        return None
    return days_between(begun, live)


def days_between(earlier: datetime, later: datetime) -> float:
    """Return the days from one moment to another, 0.0 where the later is the earlier one."""
    return max(0.0, (later - earlier).total_seconds() / 86_400)


def is_still_beside(beside: Arrival, lived: Sequence[Arrival]) -> bool:
    """Say whether a canary or shadow still is one: its version did not come to be live since."""
    return not any(each.version == beside.version and each.state in WAS_LIVE and each.at >= beside.at for each in lived)
