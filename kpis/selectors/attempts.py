"""The attempts of an initiative: what was tried, what it cost, and whether more tries still bring anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kpis.models import StopRule
from kpis.scoring.evaluations.attempts import Attempt, Ledger, ledger_of, stalled
from projects.models import Evaluation, Initiative

MOST = 2_000
ACCURACY = "accuracy"


@dataclass(frozen=True, slots=True)
class Attempts:
    """The ledger of one purpose in one metric. `stalled` says that the stop rule asks to stop."""

    ledger: Ledger
    rule: StopRule | None
    stalled: bool
    metric: str

    @property
    def is_accuracy(self) -> bool:
        """Whether it is the share of right answers among all cases, whatever the confidence."""
        return self.metric == ACCURACY


def attempts_of(initiative: Initiative, purpose: str) -> Attempts:
    """Return the newest 2,000 attempts, evaluations of one purpose, summed up; two queries.

    Accuracy is that of all cases, so that no choice of a threshold comes between attempts.
    """
    rule = stop_rule_of(initiative)
    metric = rule.metric if rule else ACCURACY
    rows = Evaluation.objects.filter(initiative=initiative, purpose=purpose).order_by("-at", "-id")
    found = rows.values_list("family", "right", "n", "metrics", "cost")[:MOST]
    attempts = [
        Attempt(family, right / n if metric == ACCURACY else _value(metrics, metric), n, cost)
        for family, right, n, metrics, cost in reversed(found)
    ]
    ended = rule is not None and stalled([each.value for each in attempts], rule.gain, rule.attempts)
    return Attempts(ledger_of(attempts, is_share=metric == ACCURACY), rule, ended, metric)


def stop_rule_of(initiative: Initiative) -> StopRule | None:
    """Return an initiative's stop rule, None without one."""
    return StopRule.objects.filter(initiative=initiative).first()


def _value(metrics: dict[str, Any], metric: str) -> float | None:
    value = (metrics.get(metric) or {}).get("value")
    return float(value) if isinstance(value, int | float) else None
