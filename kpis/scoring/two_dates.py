"""The two dates by which a forecast is told: P50 and P85."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date


class TwoDates(ABC):
    """Whatever knows its date at a chance, told at one half and at 85 %; a date is None where none is credible."""

    __slots__ = ()

    @abstractmethod
    def at(self, chance: float) -> date | None:
        """Return the first date with at least this chance, None where there is no credible one."""

    @property
    def p50(self) -> date | None:
        """The date with a chance of one half."""
        return self.at(0.5)

    @property
    def p85(self) -> date | None:
        """The date with a chance of 85 %."""
        return self.at(0.85)
