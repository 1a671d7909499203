"""Labels per class against how many are wanted: progress = Σ min(have, quota) / Σ quota.

A surplus of one class hides no deficit of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """How many labels of a class are wanted, and how many there are. Raises ValueError for negative counts."""

    name: str
    wanted: int
    have: int

    def __post_init__(self) -> None:
        if self.wanted < 0 or self.have < 0:
            raise ValueError("Labels are counted from 0.")

    @property
    def missing(self) -> int:
        """How many more labels are needed."""
        return max(0, self.wanted - self.have)


@dataclass(frozen=True, slots=True)
class QuotaProgress:
    """The quotas of an initiative, in order of their names."""

    quotas: tuple[Quota, ...] = ()

    @property
    def missing(self) -> int:
        """How many labels are missing in all."""
        return sum(each.missing for each in self.quotas)

    @property
    def unmet(self) -> tuple[Quota, ...]:
        """The quotas that are not reached."""
        return tuple(each for each in self.quotas if each.missing)

    @property
    def progress(self) -> float | None:
        """The ratio from 0 to 1, None where nothing is wanted."""
        wanted = sum(each.wanted for each in self.quotas)
        return 1 - self.missing / wanted if wanted else None


def quota_progress(wanted: Mapping[str, int], have: Mapping[str, int]) -> QuotaProgress:
    """Compare labels with quotas, by class. Labels of classes without a quota count for nothing."""
    return QuotaProgress(tuple(Quota(name, wanted[name], have.get(name, 0)) for name in sorted(wanted)))
