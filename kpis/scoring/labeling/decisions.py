"""Are the labels enough, agreed on and right? Met, missed or undecided, each by a bound and not by the point.

A quota counts right labels: those of a class times the share that the audit cannot rule out to be right. Agreement is
met by its lower bound. Label error is met by its upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kpis.scoring.labeling.ceiling import more_labels
from kpis.scoring.labeling.label_error import LabelError
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision, Interval, lower_bound, upper_bound
from projects.progress.labeling.agreement import Agreement
from projects.progress.labeling.quotas import Quota, QuotaProgress


@dataclass(frozen=True, slots=True)
class LabelDecision:
    """An answer, None where nothing was measured; `reason` says then why.

    `value` with its one-sided bounds `low` and `high` is what was compared. `n_more` is how many more labels (of the
    class, or looked at again) settle what is undecided at the present rates: 0 where it is met, None where nobody can
    say or more would rather confirm a miss.
    """

    decision: Decision | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n_more: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuotaDecision:
    """The answer for each class; the first of the worst is named."""

    classes: Mapping[str, LabelDecision]

    @property
    def decision(self) -> Decision | None:
        """Met when every quota is, missed when one is; None without quotas."""
        answers = [each.decision for each in self.classes.values()]
        if not answers:
            return None
        if "missed" in answers:
            return "missed"
        return "undecided" if "undecided" in answers else "met"

    @property
    def open(self) -> tuple[str, ...]:
        """The classes whose quota is not met, missed ones first."""
        found = [(each.decision != "missed", name) for name, each in self.classes.items() if each.decision != "met"]
        return tuple(name for _, name in sorted(found))


def judge_quotas(progress: QuotaProgress, errors: Mapping[str, LabelError | None]) -> QuotaDecision:
    """Judge each quota against the right labels of its class. `errors` are the audited ones by class.

    Without an audit of a class nobody knows how many of its labels are right: a quota that the count reaches is
    undecided, one that it does not reach is missed.
    """
    return QuotaDecision({each.name: _quota(each, errors.get(each.name)) for each in progress.quotas})


def _quota(quota: Quota, error: LabelError | None) -> LabelDecision:
    if quota.have < quota.wanted or not quota.wanted:
        answer: Decision = "missed" if quota.missing else "met"
        return LabelDecision(answer, quota.have, quota.have, quota.have, _lacking(quota, error))
    if error is None:
        return LabelDecision("undecided", quota.have, 0, quota.have, None, "no label of this class was looked at again")
    low, high = quota.have * (1 - error.high), quota.have * (1 - error.low)
    answer = "met" if low >= quota.wanted else "missed" if high < quota.wanted else "undecided"
    return LabelDecision(answer, quota.have * (1 - error.rate), low, high, _lacking(quota, error))


def _lacking(quota: Quota, error: LabelError | None) -> int | None:
    """Return how many more labels of the class bring enough right ones, None where hardly any is known to be right."""
    share = 1.0 if error is None else 1 - error.high
    return max(0, math.ceil(quota.wanted / share - 1e-9) - quota.have) if share > 0 else None


def judge_agreement(
    found: Agreement, target: float, confidence: float = DEFAULT_CONFIDENCE, least_tasks: int = 1
) -> LabelDecision:
    """Judge Krippendorff's alpha by its one-sided bounds. `found` is resampled at this confidence.

    With fewer than `least_tasks` compared tasks nothing is met. No variation is no answer: it is neither 0 nor 1.
    """
    alpha, bounds = found.alpha, alpha_bounds(found, confidence)
    if alpha.value is None or bounds is None:
        return LabelDecision(None, alpha.value, reason=alpha.words or "too few tasks for an interval")
    answer: Decision = "met" if bounds.low >= target else "missed" if bounds.high < target else "undecided"
    if answer == "met" and found.tasks < least_tasks:
        answer = "undecided"
    return LabelDecision(answer, alpha.value, bounds.low, bounds.high, _more_tasks(found, bounds, target, least_tasks))


def alpha_bounds(found: Agreement, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
    """Return the one-sided bounds of alpha that decide, None without a value or an interval.

    The bootstrap cannot see what did not happen: without a disputed task it is sure of 1, however few there are. So its
    bounds are widened to 1 − s d / D where that is further out: s is the exact bound of the share of disputed tasks, d
    the mean disagreement in these (1 where there are none), D what chance would give.
    """
    alpha = found.alpha
    if alpha.value is None or alpha.bounds is None or not found.expected:
        return None
    seen = (1 - alpha.value) * found.tasks / found.disputed if found.disputed else 1 / found.expected
    most = upper_bound(found.disputed, found.tasks, confidence)
    fewest = lower_bound(found.disputed, found.tasks, confidence)
    return Interval(min(alpha.bounds.low, 1 - most * seen), max(alpha.bounds.high, 1 - fewest * seen))


def _more_tasks(found: Agreement, bounds: Interval, target: float, least_tasks: int) -> int | None:
    """Return how many more tasks bring the lower bound to the target, if it narrows with the root of their number."""
    value = found.alpha.value or 0.0
    if bounds.low >= target:
        return max(0, least_tasks - found.tasks)
    if value <= target:
        return None
    times = ((value - bounds.low) / (value - target)) ** 2
    return max(1, math.ceil(found.tasks * times) - found.tasks, least_tasks - found.tasks)


def judge_error(error: LabelError | None, limit: float) -> LabelDecision:
    """Judge the share of wrong labels against the most that is allowed, from 0 to 1."""
    if error is None:
        return LabelDecision(None, reason="no label was looked at again")
    answer: Decision = "met" if error.high <= limit else "missed" if error.low > limit else "undecided"
    more = {"met": 0, "missed": None}.get(answer, more_labels(error, limit))
    return LabelDecision(answer, error.rate, error.low, error.high, more)
