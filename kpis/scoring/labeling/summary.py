"""How an initiative's labels stand: counts, quotas, when there will be enough, and whether annotators agree.

Page and API show this one answer. Plain data in, plain data out; `today` is passed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from kpis.scoring.labeling.audit_result import AuditResult
from kpis.scoring.labeling.ceiling import Ceiling
from kpis.scoring.labeling.completion import Forecast, Left, forecast
from kpis.scoring.labeling.decisions import QuotaDecision, judge_quotas
from kpis.scoring.labeling.gold import GoldAccuracy, gold_accuracy
from kpis.scoring.labeling.shortfall import Shortfall, shortfalls
from projects.progress.evaluations.confusion import Confusion
from projects.progress.labeling.agreement import Agreement, agreement
from projects.progress.labeling.burnup import DEFAULT_WEEKS, Burnup, Day, by_weekday, latest, per_week
from projects.progress.labeling.coefficients import DEFAULT_BOOTSTRAP, Bootstrap, Coefficient
from projects.progress.labeling.counts import LabelingCounts
from projects.progress.labeling.pairs import Pair, cohen
from projects.progress.labeling.patterns import Patterns
from projects.progress.labeling.quotas import QuotaProgress, quota_progress
from projects.progress.labeling.streams import Stream, merged_burnup, merged_counts

NO_LABELS: Final = "no credible date: nothing is known of labels yet"
NO_TOTAL: Final = "no credible date: nobody said how many tasks there are"
SHORT: Final = "The history is shorter than 12 weeks, so the dates are surer of themselves than they should be."
NO_AUDIT: Final = "No label was looked at again, so nobody knows how many are wrong."
NO_CEILING: Final = (
    "Without an audit of all labels there is no ceiling: nothing says how much of the accuracy wrong labels hide."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quota in force: so many labels of a class, by a day where one is named."""

    wanted: int
    by: date | None = None


@dataclass(frozen=True, slots=True)
class LabelingFacts:
    """All that the summary rests on. `pairs` are tables of two annotators, `target_date` is the initiative's.

    `weeks` are the patterns by the Monday of the last label. `gold` is what each annotator answered to gold questions.
    `audit` is the label audit that was closed last, None without one.
    """

    today: date
    streams: tuple[Stream, ...] = ()
    patterns: Patterns = field(default_factory=Patterns)
    weeks: Mapping[date, Patterns] = field(default_factory=dict)
    pairs: Mapping[Pair, Confusion] = field(default_factory=dict)
    gold: Sequence[Confusion] = ()
    quotas: Mapping[str, Wanted] = field(default_factory=dict)
    target_date: date | None = None
    audit: AuditResult | None = None


@dataclass(frozen=True, slots=True)
class LabelingSummary:
    """The answer. `counts` is None where nothing is known, `forecast` where there is no credible date: see `reason`.

    `days` are the last twelve weeks, on which rate and forecast rest. `cohen` is None unless two annotators alone
    labeled. `agreement` is None without annotations, `gold` unless two annotators answered gold questions.
    """

    counts: LabelingCounts | None
    quotas: QuotaProgress
    burnup: Burnup
    days: tuple[Day, ...]
    forecast: Forecast | None
    reason: str
    shortfalls: tuple[Shortfall, ...]
    agreement: Agreement | None
    cohen: Coefficient | None
    words: tuple[str, ...]
    gold: GoldAccuracy | None = None
    has_gold: bool = False
    audit: AuditResult | None = None

    @property
    def ceiling(self) -> Ceiling | None:
        """The ceiling that wrong labels put on accuracy, None without an audit of all labels."""
        return None if self.audit is None else self.audit.ceiling

    @property
    def right_quotas(self) -> QuotaDecision:
        """Whether the quotas are met by right labels: those that the audit cannot rule out to be wrong do not count."""
        return judge_quotas(self.quotas, self.audit.classes if self.audit else {})

    @property
    def rate_per_week(self) -> float | None:
        """Labeled tasks a week, None without a history."""
        return per_week(self.days)

    @property
    def weekdays(self) -> tuple[float | None, ...]:
        """The mean output of Monday to Sunday, None for a weekday that never came."""
        return by_weekday(self.days)


def summary_of(facts: LabelingFacts, bootstrap: Bootstrap = DEFAULT_BOOTSTRAP) -> LabelingSummary:
    """Return how the labels stand; intervals of agreement come from the bootstrap."""
    counts, found = merged_counts(facts.streams), merged_burnup(facts.streams)
    quotas = quotas_of(facts, counts)
    days = latest(found.days)
    left = _left(facts, counts, quotas)
    expected, reason = _forecast(facts, left, days)
    words = [SHORT] if expected and 0 < len(days) < 7 * DEFAULT_WEEKS and not expected.whole.finish.already else []
    return LabelingSummary(
        counts,
        quotas,
        found,
        days,
        expected,
        reason,
        _shortfalls(facts, left, days),
        agreement(facts.patterns, bootstrap) if facts.patterns.counts else None,
        cohen(next(iter(facts.pairs.values()))) if len(facts.pairs) == 1 else None,
        (*words, *_audit_words(facts.audit)),
        gold_accuracy(facts.gold),
        bool(facts.gold),
        facts.audit,
    )


def quotas_of(facts: LabelingFacts, counts: LabelingCounts | None) -> QuotaProgress:
    """Return how far each quota in force is; nothing is labeled where no counts are known."""
    have = dict(counts.per_class) if counts else {}
    return quota_progress({name: each.wanted for name, each in facts.quotas.items()}, have)


def _audit_words(audit: AuditResult | None) -> tuple[str, ...]:
    """Return what is not known of wrong labels."""
    if audit is None:
        return NO_AUDIT, NO_CEILING
    return tuple(each for each in (audit.reason, "" if audit.ceiling else NO_CEILING) if each)


def _left(facts: LabelingFacts, counts: LabelingCounts | None, quotas: QuotaProgress) -> Left | None:
    """Return what is still to be done, None where nobody can say."""
    if counts is None:
        return None
    labels = sum(counts.per_class.values())
    prevalence = {name: n / labels for name, n in counts.per_class.items() if n}
    told = any(each.has_total for each in facts.streams)
    return Left(counts.remaining if told else 0, quotas.quotas, prevalence) if told or quotas.unmet else None


def _forecast(facts: LabelingFacts, left: Left | None, days: tuple[Day, ...]) -> tuple[Forecast | None, str]:
    if left is None:
        return None, NO_TOTAL if merged_counts(facts.streams) else NO_LABELS
    found = forecast(left, days, _tomorrow(facts))
    return (None, found.whole.words) if found.whole.p85 is None else (found, "")


def _shortfalls(facts: LabelingFacts, left: Left | None, days: tuple[Day, ...]) -> tuple[Shortfall, ...]:
    """Return what is not done in time, each by its own day: a quota's, else the initiative's."""
    if left is None:
        return ()
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    for name, each in facts.quotas.items():
        day = each.by or facts.target_date
        if day is not None:
            by_day[day].append(name)
    if facts.target_date is not None:
        by_day[facts.target_date].append("")
    found: list[Shortfall] = []
    for day, names in sorted(by_day.items()):
        part = Left(
            left.tasks if "" in names else 0, tuple(each for each in left.quotas if each.name in names), left.prevalence
        )
        found += shortfalls(part, days, _tomorrow(facts), day)
    return tuple(found)


def _tomorrow(facts: LabelingFacts) -> date:
    return facts.today + timedelta(days=1)
