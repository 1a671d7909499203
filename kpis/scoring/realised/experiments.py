"""What an experiment says: two shares or two means of separate groups. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from kpis.scoring.proportions import newcombe_difference
from kpis.scoring.realised.regression import Estimate
from kpis.scoring.realised.series import NotCredible

Kind = Literal["shares", "means"]


@dataclass(frozen=True, slots=True)
class Arm:
    """One group: n cases; `value` is how many of them had the outcome, or their mean with its standard deviation."""

    n: int
    value: float
    deviation: float | None = None


def arm_problem(kind: str, arm: Arm) -> str:
    """Return why a group contradicts itself, or an empty text."""
    if arm.n < 2:
        return "A group has at least two cases."
    if kind == "shares" and not (0 <= arm.value <= arm.n and arm.value == int(arm.value)):
        return "Of so many cases a whole number from 0 to all of them had the outcome."
    if kind == "means" and (arm.deviation is None or arm.deviation < 0):
        return "A mean needs the standard deviation of its cases, at least 0."
    return ""


def experiment_effect(kind: str, treated: Arm, control: Arm, scale: float = 1.0) -> Estimate:
    """Return treated less control, times `scale`, with its 95 % interval.

    Shares by Newcombe's method 10, means by Welch's t (1947, Biometrika 34, 28-35). Raises NotCredible where both
    groups have no spread at all.
    """
    if kind == "shares":
        first, second = (treated.value, treated.n), (control.value, control.n)
        bounds = newcombe_difference(first, second)
        ends = sorted((bounds.low * scale, bounds.high * scale))
        return Estimate((treated.value / treated.n - control.value / control.n) * scale, ends[0], ends[1])
    one, two = ((arm.deviation or 0.0) ** 2 / arm.n for arm in (treated, control))
    if one + two == 0:
        raise NotCredible("neither group has any spread, so nothing says how far chance goes")
    part = one / (one + two)
    freedom = 1 / (part**2 / (treated.n - 1) + (1 - part) ** 2 / (control.n - 1))
    half = float(special.stdtrit(freedom, 0.975)) * math.sqrt(one + two) * abs(scale)
    middle = (treated.value - control.value) * scale
    return Estimate(middle, middle - half, middle + half)
