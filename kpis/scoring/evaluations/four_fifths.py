"""The four-fifths rule, in whole numbers: floats fail a ratio of exactly 4/5.

A screening rule (Uniform Guidelines of the EEOC 1978, 29 CFR 1607.4 D), not legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpis.scoring.evaluations.share import Share
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval

LABEL = "screening rule (EEOC 1978), not legal advice"


@dataclass(frozen=True, slots=True)
class Impact:
    """One group against the reference. `adverse` is None where the group is too small to judge.

    `interval` is Katz's of the ratio, that of all other groups held at once (Bonferroni); the rule itself compares the
    counts. The reference itself has none.
    """

    group: str
    selected: Share
    ratio: float | None
    adverse: bool | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class FourFifths:
    """The groups against the one with the highest rate and enough n; "" and nothing without such a group."""

    reference: str
    impacts: tuple[Impact, ...]


def at_least_four_fifths(group: Share, reference: Share) -> bool:
    """Say whether a group's rate is at least 4/5 of the reference's. Both need cases, else ValueError."""
    if not group.n or not reference.n:
        raise ValueError("A rate needs at least one case.")
    return 5 * group.part * reference.n >= 4 * reference.part * group.n


def four_fifths(selected: Mapping[str, Share], minimum_n: int = 1) -> FourFifths:
    """Compare each group's selection rate with the highest among groups of at least the minimum n."""
    enough = {name: share for name, share in selected.items() if share.n >= max(1, minimum_n)}
    if not enough:
        return FourFifths("", tuple(Impact(name, share, None, None) for name, share in selected.items()))
    reference = max(enough, key=lambda name: enough[name].rate or 0)
    top, sure = enough[reference], 1 - (1 - DEFAULT_CONFIDENCE) / max(1, len(enough) - 1)
    return FourFifths(
        reference, tuple(_impact(name, share, top, name in enough, sure) for name, share in selected.items())
    )


def _impact(name: str, share: Share, top: Share, enough: bool, confidence: float) -> Impact:
    if not enough:
        return Impact(name, share, None, None)
    ratio = share.part * top.n / (top.part * share.n) if top.part else None
    interval = None if ratio is None or share is top else share.over(top, confidence)
    return Impact(name, share, ratio, not at_least_four_fifths(share, top), interval)
