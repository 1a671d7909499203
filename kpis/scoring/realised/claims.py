"""What initiatives claim together, against what the KPI did: more cannot have been moved than moved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Sums of claims may miss the KPI's change by rounding.
ALLOWANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Claims:
    """Sums over the newest results of every initiative on a KPI: `claimed` of claims, `measured` of all others.

    `own` is what the KPI moved since before the first of them, None where readings do not tell.
    """

    own: float | None
    claimed: float
    measured: float

    @property
    def claim_too_much(self) -> bool:
        """Say whether claims alone are more than the KPI moved, or go the other way."""
        return _exceeds(self.claimed, self.own)

    @property
    def explain_too_much(self) -> bool:
        """Say whether all together are more than the KPI moved, or go the other way."""
        return _exceeds(self.claimed + self.measured, self.own)


def claims_of(own: float | None, results: Iterable[tuple[str, float]]) -> Claims:
    """Sum up (grade, effect) of results; grade E is a claim."""
    found = list(results)
    return Claims(
        own,
        sum(effect for grade, effect in found if grade == "E"),
        sum(effect for grade, effect in found if grade != "E"),
    )


def _exceeds(together: float, own: float | None) -> bool:
    if own is None or together == 0:
        return False
    room = abs(own) * (1 + ALLOWANCE)
    return together * own <= 0 or abs(together) > room
