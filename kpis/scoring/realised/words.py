"""A result in the words that a leader reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from kpis.scoring.kpi_words import movement
from kpis.scoring.realised.claims import Claims

Standing = Literal["moved", "against", "open", "doubtful", "claimed", "none"]
THOUSAND: Final = 1000.0


def rounded(value: float) -> float:
    """Return a number to the digits that a reader can use: three, or whole from a thousand on."""
    return float(round(value)) if abs(value) >= THOUSAND else float(f"{value:.3g}")


def effect_words(value: float | None, unit: str) -> str:
    """Return a movement with its sign and unit, "" for none."""
    return "" if value is None else movement(rounded(value), unit)


def interval_words(low: float | None, high: float | None, unit: str) -> str:
    """Return both ends of an interval, "" without one."""
    if low is None or high is None or low == high:
        return ""
    return f"{effect_words(low, unit)} … {effect_words(high, unit)}"


def standing_of(
    grade: str, effect: float | None, low: float | None, high: float | None, direction: str, document: Mapping[str, Any]
) -> Standing:
    """Say what came of it in one word.

    none: no credible answer; claimed: nobody measured; open: not distinguishable from zero; doubtful: as much is found
    too often where nothing happened; else moved, or against where it went the wrong way. A range has no wrong way.
    """
    if effect is None or low is None or high is None:
        return "none"
    if grade == "E":
        return "claimed"
    if low <= 0 <= high:
        return "open"
    share = document.get("placebos", {}).get("share")
    if share is not None and share > 0.10:
        return "doubtful"
    wrong = (direction == "higher" and effect < 0) or (direction == "lower" and effect > 0)
    return "against" if wrong else "moved"


def sentence(standing: Standing, effect: float | None, low: float | None, high: float | None, unit: str) -> str:
    """Return a result in one sentence."""
    moved, between = effect_words(effect, unit), interval_words(low, high, unit)
    return {
        "none": "No credible answer.",
        "claimed": f"{moved} is claimed; nothing was measured.",
        "open": f"Not distinguishable from zero: {moved}, {between}.",
        "doubtful": f"{moved}, {between}; but as much is found where nothing happened.",
        "against": f"It went the wrong way: {moved}, {between}.",
        "moved": f"{moved}, {between}.",
    }[standing]


def claims_sentence(claims: Claims, unit: str) -> str:
    """Compare what all initiatives are said to have moved with what the KPI did; "" where nothing is said."""
    together = claims.claimed + claims.measured
    if together == 0 and claims.own is None:
        return ""
    if claims.own is None:
        return f"Together {effect_words(together, unit)}. Readings do not tell what the KPI did meanwhile."
    words = f"Together {effect_words(together, unit)}; the KPI itself moved {effect_words(claims.own, unit)} meanwhile."
    if claims.claim_too_much:
        return f"{words} The claims exceed the KPI's own change: some of it did not happen or is counted twice."
    if claims.explain_too_much:
        return (
            f"{words} This is more than it moved: either it would have got worse otherwise, or some is counted twice."
        )
    return words


def cost_words(effect: float, low: float, high: float, money: float, currency: str, unit: str) -> str:
    """Return value per cost: what a thousand of the currency moved, with its interval; money is above 0."""
    per = THOUSAND / money
    name = currency or "of cost"
    moved = f"{effect_words(effect * per, unit)} per 1\u202f000 {name}"
    between = interval_words(low * per, high * per, unit)
    if low <= 0 <= high and low != high:
        return f"Not distinguishable from zero: {moved}, {between}"
    return f"{moved}, {between}" if between else moved
