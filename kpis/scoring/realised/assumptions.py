"""What must hold for an effect to be the initiative's, in words, by method. Pure."""

from __future__ import annotations

from typing import Final

from kpis.scoring.realised.methods import Measured

CAUSAL: Final = "Causal only if all of this holds."
EXPERIMENT: Final = (
    "Chance put each case into one of the two groups, and each case counts once.",
    "In everyday use the difference is the same, times the stated scale.",
)
DIFFERENCE: Final = (
    "Without the change the KPI would have moved as its control did.",
    "The change did not reach the control.",
    "Nothing else happened to only one of the two.",
)
TREND: Final = ("Without the change the trend before it would have gone on.", "Nothing else changed at that time.")
TREND_BESIDE: Final = (
    "Without the change the distance to the control would have kept its trend.",
    "The change did not reach the control.",
    "Nothing else happened to only one of the two at that time.",
)
PLAIN: Final = ("Nothing but the change moved the KPI: no trend, no season, no other release.",)
CLAIM: Final = ("Somebody says so; nothing was measured.",)
PLAIN_WARNING: Final = "A plain comparison of before and after: whatever moved the KPI anyway counts as effect."
CLAIM_WARNING: Final = "A claim, without any measurement behind it."


def difference_says(found: Measured) -> tuple[str, ...]:
    """Return the assumptions of a difference in differences, with the look at what was before."""
    if found.drift is None:
        return DIFFERENCE
    drift = found.drift
    seen = f"{drift.value:+.3g} [{drift.low:+.3g}, {drift.high:+.3g}]"
    return (*DIFFERENCE, f"Before the change the two moved apart by {seen} a period, not distinguishable from zero.")


def trend_says(found: Measured, period: str, *, beside: bool) -> tuple[str, ...]:
    """Return the assumptions of an interrupted time series, with what is said of the season."""
    words = TREND_BESIDE if beside else TREND
    if found.season:
        return (*words, f"What returns every {found.season} goes on as before; it is taken out.")
    return (*words, f"No season was taken out: fewer than two whole ones of a KPI by {period} lie before the change.")
