"""The forecast that is kept of an initiative, as its judgement reads it: dates, and what decides them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class ForecastStanding:
    """The credible dates as of the evening of a day; `decided_by` is the gate that is most probably the last."""

    as_of: date
    p50: date
    p85: date
    decided_by: str

    @property
    def ends(self) -> datetime:
        """The moment from which it is to be made anew: the next midnight in UTC."""
        return datetime.combine(self.as_of + timedelta(days=1), time(), tzinfo=UTC)

    @property
    def document(self) -> dict[str, Any]:
        """The forecast as a verdict shows it: `{p50, p85, decided_by}`."""
        return {"p50": self.p50.isoformat(), "p85": self.p85.isoformat(), "decided_by": self.decided_by}


def standing_of(kept: Sequence[str | None] | None) -> ForecastStanding | None:
    """Return `[as_of, p50, p85, decided_by]`, days in ISO 8601, as a forecast; None where it has no credible date."""
    as_of, p50, p85, decided_by = kept or (None, None, None, None)
    if not (as_of and p50 and p85):
        return None
    days = [date.fromisoformat(each) for each in (as_of, p50, p85)]
    return ForecastStanding(days[0], days[1], days[2], decided_by or "")
