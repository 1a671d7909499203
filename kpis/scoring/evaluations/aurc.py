"""The area under the risk-coverage curve: one number for how well the confidence ranks the errors.

AURC is the mean of the selective risk over the coverages 1/m to m/m of the m answered cases. Inside ties every order
is equally likely, so the expected risk is taken. E-AURC subtracts what the best ranking of the same errors would have
(finite version: errors sorted last). Source: Geifman, Uziel and El-Yaniv 2019 (ICLR).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from projects.progress.evaluations.ladder import Ladder

SUMMED = 100


@dataclass(frozen=True, slots=True)
class Aurc:
    """AURC of the answered cases, between the best and worst order inside ties, and its excess."""

    answered: int
    expected: float
    best: float
    worst: float
    optimal: float
    optimal_asymptotic: float

    @property
    def excess(self) -> float:
        """E-AURC, finite version."""
        return self.expected - self.optimal

    @property
    def excess_asymptotic(self) -> float:
        """E-AURC against r + (1 − r) ln(1 − r)."""
        return self.expected - self.optimal_asymptotic


def aurc(ladder: Ladder) -> Aurc | None:
    """Return the area, None when nothing was answered. Takes time by the number of levels, not of cases."""
    answered, wrong = ladder.answered, sum(ladder.wrong)
    if not answered:
        return None
    expected = best = worst = 0.0
    seen = errors = 0
    for right_here, wrong_here in zip(ladder.right, ladder.wrong):
        expected += _mixed(seen, errors, right_here + wrong_here, wrong_here)
        best += _right_first(seen, errors, right_here, wrong_here)
        worst += _wrong_first(seen, errors, right_here, wrong_here)
        seen, errors = seen + right_here + wrong_here, errors + wrong_here
    optimal = _right_first(0, 0, answered - wrong, wrong)
    return Aurc(
        answered, expected / answered, best / answered, worst / answered, optimal / answered, _limit(wrong / answered)
    )


def _limit(risk: float) -> float:
    return 1.0 if risk == 1 else risk + (1 - risk) * math.log1p(-risk)


def _harmonic(after: int, to: int) -> float:
    """Return 1/(after + 1) + … + 1/to."""
    if to - after <= SUMMED:
        return math.fsum(1 / place for place in range(after + 1, to + 1))
    return float(special.digamma(to + 1) - special.digamma(after + 1))


def _mixed(seen: int, errors: int, size: int, wrong: int) -> float:
    """Return Σ (errors + j·wrong/size) / (seen + j) over j from 1 to size."""
    return wrong + (errors - wrong * seen / size) * _harmonic(seen, seen + size)


def _right_first(seen: int, errors: int, right: int, wrong: int) -> float:
    middle = seen + right
    return errors * _harmonic(seen, middle) + wrong + (errors - middle) * _harmonic(middle, middle + wrong)


def _wrong_first(seen: int, errors: int, right: int, wrong: int) -> float:
    middle = seen + wrong
    return wrong + (errors - seen) * _harmonic(seen, middle) + (errors + wrong) * _harmonic(middle, middle + right)
