"""How far groups lie apart: demographic parity, equalized odds, parity of errors and of coverage.

Differences are the highest minus the lowest rate, ratios the lowest over the highest, over the groups that have at
least the minimum n and a rate at all; the others are named, never counted as 0. One group alone is no comparison.
Differences have Newcombe's intervals, ratios Katz's, which hold at once for all pairs of groups.
Sources: Hardt, Price and Srebro 2016 (NeurIPS) for equalized odds; definitions as in fairlearn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kpis.scoring.evaluations.groups import GroupCounts
from kpis.scoring.evaluations.share import Share
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision, Interval


@dataclass(frozen=True, slots=True)
class Gap:
    """The distance between the groups in one rate.

    `interval` belongs to the highest minus the lowest; with those of the other pairs it holds at once (Bonferroni
    over `pairs`). `widest` is the largest distance that any pair's interval allows, `surest` the largest that any
    shows. `ratios` is the same of the lowest over the highest, `least` the smallest ratio of two groups that any pair's
    interval allows, `most` the smallest that all of them leave, at most 1. All are None when fewer than two groups can
    be compared, those of ratios also when no group has any.
    """

    difference: float | None
    ratio: float | None
    highest: str = ""
    lowest: str = ""
    interval: Interval | None = None
    widest: float | None = None
    surest: float | None = None
    pairs: int = 0
    too_small: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    ratios: Interval | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Fairness:
    """The gaps between groups at one threshold. Without a favourable class the first three compare nothing."""

    selection: Gap
    true_positive: Gap
    false_positive: Gap
    error: Gap
    coverage: Gap

    @property
    def demographic_parity_difference(self) -> float | None:
        """Highest minus lowest selection rate."""
        return self.selection.difference

    @property
    def demographic_parity_ratio(self) -> float | None:
        """Lowest over highest selection rate; None when nobody is selected."""
        return self.selection.ratio

    @property
    def equalized_odds_difference(self) -> float | None:
        """The larger difference of true and false positive rates; None when either cannot be compared."""
        parts = (self.true_positive.difference, self.false_positive.difference)
        return None if parts[0] is None or parts[1] is None else max(parts[0], parts[1])

    @property
    def equalized_odds_ratio(self) -> float | None:
        """The smaller ratio of true and false positive rates; None when either cannot be compared."""
        parts = (self.true_positive.ratio, self.false_positive.ratio)
        return None if parts[0] is None or parts[1] is None else min(parts[0], parts[1])

    @property
    def coverage_parity_difference(self) -> float | None:
        """Highest minus lowest coverage: who gets automated."""
        return self.coverage.difference

    @property
    def coverage_parity_ratio(self) -> float | None:
        """Lowest over highest coverage."""
        return self.coverage.ratio


def fairness(groups: Mapping[str, GroupCounts], minimum_n: int = 1, confidence: float = DEFAULT_CONFIDENCE) -> Fairness:
    """Compare groups. A group is too small for a rate whose own n is below the minimum."""

    def between(rate: Callable[[GroupCounts], Share]) -> Gap:
        return gap({name: rate(counts) for name, counts in groups.items()}, minimum_n, confidence)

    return Fairness(
        between(lambda counts: counts.selection_rate),
        between(lambda counts: counts.true_positive_rate),
        between(lambda counts: counts.false_positive_rate),
        between(lambda counts: counts.error_rate),
        between(lambda counts: counts.coverage),
    )


def gap(shares: Mapping[str, Share], minimum_n: int = 1, confidence: float = DEFAULT_CONFIDENCE) -> Gap:
    """Return the distance between groups in one rate."""
    undefined = tuple(name for name, share in shares.items() if not share.n)
    too_small = tuple(name for name, share in shares.items() if 0 < share.n < minimum_n)
    kept = {name: share for name, share in shares.items() if share.n >= max(1, minimum_n)}
    if len(kept) < 2:
        return Gap(None, None, too_small=too_small, undefined=undefined)
    high = max(kept, key=lambda name: kept[name].rate or 0)
    low = min(kept, key=lambda name: kept[name].rate or 0)
    top, bottom = kept[high].rate or 0.0, kept[low].rate or 0.0
    pairs = list(combinations(kept.values(), 2))
    each = 1 - (1 - confidence) / len(pairs)
    ends = [found for one, two in pairs if (found := one.minus(two, each)) is not None]
    return Gap(
        top - bottom,
        bottom / top if top else None,
        high,
        low,
        kept[high].minus(kept[low], each),
        max(max(abs(found.low), abs(found.high)) for found in ends),
        max(max(found.low, -found.high, 0.0) for found in ends),
        len(pairs),
        too_small,
        undefined,
        *(_ratio_ends(kept[low], kept[high], pairs, each) if top else ()),
    )


def _ratio_ends(
    lowest: Share, highest: Share, pairs: Sequence[tuple[Share, Share]], confidence: float
) -> tuple[Interval | None, float, float]:
    """Return the interval of the lowest over the highest, and of the smallest ratio that two groups may have.

    Either of a pair may be the lower one in truth, so that both ways round count.
    """
    found = [each for one, two in pairs if (each := one.over(two, confidence)) is not None]
    least = min(min(each.low, 1 / each.high) for each in found)
    most = min(min(each.high, 1 / each.low if each.low else math.inf) for each in found)
    return lowest.over(highest, confidence), least, min(1.0, most)


def decide_gap(found: Gap, limit: float) -> Decision | None:
    """Say whether no two groups differ by more than a limit; None when there is nothing to compare.

    "met" when every pair's interval keeps within it and no group is too small to judge, "missed" when one pair's
    interval lies beyond it.
    """
    if found.widest is None or found.surest is None:
        return None
    if found.surest > limit:
        return "missed"
    return "met" if found.widest <= limit and not found.too_small else "undecided"


def decide_ratio(found: Gap, floor: float) -> Decision | None:
    """Say whether no group has less than a share of any other's rate; None when there is nothing to compare.

    "met" when every pair's interval keeps above it and no group is too small to judge, "missed" when one pair's
    interval lies below it.
    """
    if found.least is None or found.most is None:
        return None
    if found.most < floor:
        return "missed"
    return "met" if found.least >= floor and not found.too_small else "undecided"
