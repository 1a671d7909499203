"""Cases that are alike: what slices and groups are sums of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stratum:
    """Cases that are alike: a value per slice column and per group column, "" where none is stated.

    `positive` says whether the label is the favourable class, `selected` whether the prediction is; both are None
    where no favourable class was declared.
    """

    slices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    positive: bool | None = None
    selected: bool | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What strata are sorted by."""
        return (self.slices, self.groups, str(self.positive), str(self.selected))
