"""How far groups lie apart in an evaluation, judged by the interval that holds for all pairs of groups at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kpis.scoring.evaluations.fairness import Gap, decide_gap, decide_ratio, gap
from kpis.scoring.evaluations.four_fifths import LABEL, four_fifths
from kpis.scoring.evaluations.groups import GroupCounts, group_counts
from kpis.scoring.evaluations.reporting import SMALLEST_GROUP
from kpis.scoring.evaluations.share import Share
from kpis.scoring.measurement import SEVERITY
from kpis.scoring.target_judgement import TargetJudgement, TargetResult
from kpis.scoring.targets import Target, expectation
from kpis.scoring.wording import counted, figure, listed, lower_figure, percent, upper_figure
from projects.progress.evaluations.tally import Tally

RATES: Mapping[str, tuple[str, ...]] = {
    "demographic_parity": ("selection_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "error_parity": ("error_rate",),
    "coverage_parity": ("coverage",),
}
FROM_BELOW = (">=", ">")
NEED_A_CLASS = ("demographic_parity", "equalized_odds")
RESULTS: Mapping[str, TargetResult] = {"met": "pass", "missed": "fail", "undecided": "insufficient"}


def family_of(target: Target) -> str:
    """Return what a gap between groups is about: "coverage_parity" of "coverage_parity_ratio"."""
    return target.metric.removesuffix("_difference").removesuffix("_ratio")


@dataclass(frozen=True, slots=True)
class _Compared:
    """The groups of some columns in one rate; `n` is that of the smallest group that is compared."""

    rate: str
    gap: Gap
    n: int | None

    @property
    def words(self) -> str:
        """What was found."""
        rate = self.rate.replace("_", " ")
        if self.gap.difference is None:
            return f"fewer than two groups can be compared in {rate}{self.too_small}"
        between = f"{rate} differs by {figure(self.gap.difference)} between {self.gap.highest} and {self.gap.lowest}"
        return f"{between}, of all pairs by {figure(self.gap.surest or 0)} to {figure(self.gap.widest or 0)}"

    @property
    def ratio_words(self) -> str:
        """What was found of the ratio, which is known."""
        rate, gap = self.rate.replace("_", " "), self.gap
        between = f"lowest over highest {rate}: {gap.lowest} over {gap.highest} is {figure(gap.ratio or 0)}"
        return f"{between}, of all pairs {lower_figure(gap.least or 0)} to {upper_figure(gap.most or 0)}"

    @property
    def lone(self) -> bool:
        """Whether there is one group and no other to compare it with."""
        return self.gap.difference is None and not (self.gap.too_small or self.gap.undefined)

    @property
    def too_small(self) -> str:
        """The groups that nobody can judge."""
        names = [*self.gap.too_small, *self.gap.undefined]
        return f"; too small to tell: {listed(names)}" if names else ""


def judge_gap(tally: Tally, threshold: float, target: Target) -> TargetJudgement:
    """Judge a gap between groups, that of the columns named as the slice ("sex", "age, sex"), else of the worst column.

    A group with fewer than the target's minimum n, or 30 cases, is too small: then nothing is met.
    """
    columns = _columns(tally, target.slice)
    found = [each for chosen in columns for each in _compared(tally, threshold, target, chosen)]
    blank = TargetJudgement(target, "missing", None, expectation(target))
    if not found:
        reason = f"the evaluation has no groups of {target.slice}" if target.slice else "the evaluation has no groups"
        return replace(blank, reason=reason, what_would_pass="Report an evaluation that counts these groups.")
    found = [each for each in found if not each.lone] or found
    if target.metric.endswith("_ratio"):
        ratios = [_by_ratio(blank, each) for each in found]
        return min(ratios, key=lambda each: (SEVERITY.index(each.result), each.observed or 0.0))
    judged = [_by_difference(blank, each) for each in found]
    return min(judged, key=lambda each: (SEVERITY.index(each.result), -(each.observed or 0.0)))


def _columns(tally: Tally, part: str) -> list[tuple[str, ...]]:
    if not part:
        return [(column,) for column in tally.group_columns]
    named = tuple(each.strip().removesuffix("=*") for each in part.split(","))
    return [named] if all(column in tally.group_columns for column in named) else []


def _compared(tally: Tally, threshold: float, target: Target, columns: Sequence[str]) -> Iterator[_Compared]:
    counts = group_counts(tally, threshold, columns)
    least = target.minimum_n or SMALLEST_GROUP
    for rate in RATES[family_of(target)]:
        shares = _shares(counts, rate)
        sizes = [share.n for share in shares.values() if share.n >= least]
        yield _Compared(rate, gap(shares, least, target.sure), min(sizes, default=None))


def _shares(counts: Mapping[str, GroupCounts], rate: str) -> dict[str, Share]:
    return {name: getattr(each, rate) for name, each in counts.items()}


def _by_difference(blank: TargetJudgement, found: _Compared) -> TargetJudgement:
    target, between = blank.target, found.gap
    if between.difference is None:
        return _incomparable(blank, found)
    seen = replace(blank, observed=between.difference, n=found.n, low=between.surest, high=between.widest)
    decision = decide_gap(between, target.value) if target.comparator in ("<=", "<") else None
    result = RESULTS[decision or "undecided"]
    return replace(
        seen,
        result=result,
        reason=f"{found.words} at {percent(target.sure)} confidence{found.too_small}",
        what_would_pass=_advice(target, result),
    )


def _incomparable(blank: TargetJudgement, found: _Compared) -> TargetJudgement:
    few = bool(found.gap.too_small)
    without = family_of(blank.target) in NEED_A_CLASS and not few
    return replace(
        blank,
        result="insufficient" if few else "missing",
        reason=found.words + ("; it needs a declared favourable class" if without else ""),
        what_would_pass="Evaluate more cases of each group." if few else "Declare the favourable class and the groups.",
    )


def _by_ratio(blank: TargetJudgement, found: _Compared) -> TargetJudgement:
    """Judge the lowest rate over the highest by the interval that holds for all pairs at once."""
    target, between = blank.target, found.gap
    if between.difference is None:
        return _incomparable(blank, found)
    if between.ratio is None:
        nothing = f"{found.rate.replace('_', ' ')} is 0 in every group, so that there is no ratio"
        return replace(blank, reason=nothing, what_would_pass=f"Set a target on {family_of(target)}_difference.")
    decision = decide_ratio(between, target.value) if target.comparator in FROM_BELOW else None
    result = RESULTS[decision or "undecided"]
    return replace(
        blank,
        observed=between.ratio,
        n=found.n,
        low=between.least,
        high=between.most,
        result=result,
        reason=f"{found.ratio_words} at {percent(target.sure)} confidence{found.too_small}",
        what_would_pass=_advice(target, result),
    )


def _advice(target: Target, result: TargetResult) -> str:
    if result == "pass":
        return ""
    if result == "fail":
        return f"A candidate with {expectation(target)}."
    return "Evaluate more cases of each group, so that the interval gets narrower, or improve the model."


def screening(tally: Tally, threshold: float) -> tuple[str, ...]:
    """Return which groups are selected less than four fifths as often as the most selected one; it decides nothing."""
    notes = []
    for column in tally.group_columns:
        shares = _shares(group_counts(tally, threshold, [column]), "selection_rate")
        found = four_fifths(shares, SMALLEST_GROUP)
        notes += [
            f"{each.group} is selected at {figure(each.ratio)} of the rate of {found.reference}, "
            f"on {counted(each.selected.n, 'case')}: {LABEL}"
            for each in found.impacts
            if each.adverse and each.ratio is not None
        ]
    return tuple(notes)
