"""How old data and models may be: targets in days on metrics of their own, held against the clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.targets import Target, accepted
from kpis.scoring.wording import counted

DATA_AGE: Final = "data_age_days"
MODEL_AGE: Final = "model_age_days"
AGES: Final = frozenset((DATA_AGE, MODEL_AGE))
LONGEST: Final = 36_500


def most_days(inputs: JudgementInputs, metric: str) -> float | None:
    """Return how many days a target allows, None without a target that limits them."""
    return limit_of(inputs.targets, metric)


def limit_of(targets: Sequence[Target], metric: str) -> float | None:
    """Return the upper limit that the target on a metric sets, None without one."""
    target = next((each for each in targets if each.metric == metric and not each.slice), None)
    limit = math.inf if target is None else accepted(target).high
    return limit if 0 < limit <= LONGEST else None


def end_of(at: datetime, days: float) -> datetime:
    """Return when something of this moment is that many days old."""
    return at + timedelta(days=days)


def in_days(days: float) -> str:
    """Return a number of days in words."""
    return counted(int(days), "day") if days == int(days) else f"{days:g} days"
