"""A share of counted cases, with its interval; without cases it has no value, which is not 0."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval, katz_ratio, newcombe_difference, wilson


@dataclass(frozen=True, slots=True)
class Share:
    """So many of n cases. Raises ValueError unless the part lies between 0 and n."""

    part: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.n:
            raise ValueError("A share lies between 0 and n.")

    @property
    def rate(self) -> float | None:
        """The ratio, None without cases."""
        return self.part / self.n if self.n else None

    @property
    def metric(self) -> MetricPoint | None:
        """The ratio with its n, as targets judge it."""
        return MetricPoint(self.part / self.n, n=self.n) if self.n else None

    def interval(self, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
        """Return the Wilson interval, None without cases."""
        return wilson(self.part, self.n, confidence) if self.n else None

    def minus(self, other: Share, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
        """Return Newcombe's interval of this rate minus another's, of separate cases; None without cases."""
        if not self.n or not other.n:
            return None
        return newcombe_difference((self.part, self.n), (other.part, other.n), confidence)

    def over(self, other: Share, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
        """Return Katz's interval of this rate over another's, of separate cases; None without cases.

        Its high end is infinite where the other has none.
        """
        if not self.n or not other.n:
            return None
        return katz_ratio((self.part, self.n), (other.part, other.n), confidence)
