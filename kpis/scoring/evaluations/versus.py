"""Is the challenger better than the champion, and not worse anywhere by more than a margin?

On the same cases the comparison is paired (McNemar's exact test for gates, mid-p for display); on separate samples it
is Newcombe's. Decisions use one-sided bounds at the confidence, that is a two-sided interval of twice the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpis.scoring.evaluations.binomial import mcnemar_exact, mcnemar_mid_p
from kpis.scoring.evaluations.pairs import Pairs, paired_interval
from kpis.scoring.evaluations.share import Share
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision, Interval


@dataclass(frozen=True, slots=True)
class Versus:
    """Challenger minus champion in a rate where more is better.

    `interval` is two-sided, to show; `bounds` are the one-sided ones that decide. `p_exact` and `p_mid` exist for
    pairs alone. All but `paired` are None without cases on both sides.
    """

    paired: bool
    difference: float | None
    interval: Interval | None
    bounds: Interval | None
    p_exact: float | None = None
    p_mid: float | None = None

    def not_worse(self, margin: float) -> Decision | None:
        """Say whether it is at most the margin worse (non-inferiority); None without cases."""
        if self.bounds is None:
            return None
        if self.bounds.low >= -margin:
            return "met"
        return "missed" if self.bounds.high < -margin else "undecided"

    @property
    def better(self) -> Decision | None:
        """Whether it is better at all; None without cases. No difference is undecided, never equal."""
        if self.bounds is None:
            return None
        if self.bounds.low > 0:
            return "met"
        return "missed" if self.bounds.high < 0 else "undecided"


def on_the_same_cases(pairs: Pairs, confidence: float = DEFAULT_CONFIDENCE) -> Versus:
    """Compare on pairs."""
    if not pairs.n:
        return Versus(True, None, None, None)
    lost, gained = pairs.champion_only, pairs.challenger_only
    return Versus(
        True,
        pairs.difference,
        paired_interval(pairs, confidence),
        paired_interval(pairs, 2 * confidence - 1),
        mcnemar_exact(lost, gained),
        mcnemar_mid_p(lost, gained),
    )


def on_separate_samples(champion: Share, challenger: Share, confidence: float = DEFAULT_CONFIDENCE) -> Versus:
    """Compare two evaluations whose cases are not known to be the same."""
    if champion.rate is None or challenger.rate is None:
        return Versus(False, None, None, None)
    return Versus(
        False,
        challenger.rate - champion.rate,
        challenger.minus(champion, confidence),
        challenger.minus(champion, 2 * confidence - 1),
    )


def worse_slices(slices: Mapping[str, Versus], margin: float) -> tuple[str, ...]:
    """Return the slices in which the challenger is worse by more than the margin, the worst first."""
    found = [(each.difference or 0.0, name) for name, each in slices.items() if each.not_worse(margin) == "missed"]
    return tuple(name for _, name in sorted(found))
