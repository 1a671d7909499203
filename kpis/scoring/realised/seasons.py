"""What returns every year or every week in a KPI, as columns of a design. Pure."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from kpis.scoring.realised.series import Floats

# By a KPI's period: how many make a season, what that is called, and how many waves describe it.
SEASONS: Final = {"day": (7.0, "week", 3), "week": (365.25 / 7, "year", 2), "month": (12.0, "year", 2)}
WHOLE: Final = 2


def season_columns(places: Floats, period: str, n_before: int) -> tuple[Floats, str]:
    """Return sines and cosines of the season and its name, "" where fewer than two seasons lie before the change."""
    length, name, waves = SEASONS.get(period, (math.inf, "", 0))
    if not name or n_before < WHOLE * length:
        return np.empty((len(places), 0)), ""
    return harmonics(places, length, waves), name


def harmonics(places: Floats, length: float, waves: int) -> Floats:
    """Return a sine and a cosine for each wave of a season of so many periods."""
    turns = 2 * math.pi * places[:, None] * np.arange(1, waves + 1) / length
    return np.hstack([np.sin(turns), np.cos(turns)])
