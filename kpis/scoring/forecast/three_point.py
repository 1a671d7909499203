"""A person's estimate of a date as a distribution: the PERT beta of an earliest, a most likely and a latest day.

Source: Malcolm, Roseboom, Clark and Fazar 1959, Operations Research 7, 646-669. The mean is (a + 4 m + b) / 6; the beta
with parameters 1 + 4 (m − a) / (b − a) and 1 + 4 (b − m) / (b − a) has it exactly. Here it is spread over whole days,
from the morning of the earliest to the evening of the latest, most likely at noon of the most likely one. People's
ranges tend to be too narrow: nothing is added for that, but each forecast is kept and scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import special

from kpis.scoring.convolution import Finish

WEIGHT = 4


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """The earliest, the most likely and the latest day. Raises ValueError where they are not in this order."""

    earliest: date
    likely: date
    latest: date

    def __post_init__(self) -> None:
        if not self.earliest <= self.likely <= self.latest:
            raise ValueError("An estimate names the earliest, the most likely and the latest day in this order.")

    def by(self, day: date) -> float:
        """Return the chance of the evening of a day, as it was estimated."""
        span = (self.latest - self.earliest).days + 1
        mode = ((self.likely - self.earliest).days + 0.5) / span
        share = min(1.0, max(0.0, ((day - self.earliest).days + 1) / span))
        return float(special.betainc(1 + WEIGHT * mode, 1 + WEIGHT * (1 - mode), share))

    def after(self, today: date) -> Finish:
        """Return the distribution of the days after `today`, given that it is not done yet.

        Nothing is left of an estimate whose latest day has come: it has no quantiles.
        """
        days, past = (self.latest - today).days, self.by(today)
        if days < 1 or past >= 1:
            return Finish()
        chances = [self.by(date.fromordinal(today.toordinal() + day)) for day in range(1, days + 1)]
        return Finish(tuple(np.clip((np.array(chances) - past) / (1 - past), 0.0, 1.0).tolist()))
