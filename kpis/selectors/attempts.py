"""The attempts of an initiative: what was tried, what it cost, and whether more tries still bring anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTransform

from kpis.models import StopRule
from kpis.scoring.evaluations.attempts import Attempt, Ledger, ledger_of, stalled
from kpis.scoring.evaluations.yardstick import Yardstick, reported_value, yardstick_of
from kpis.scoring.targets import Target
from projects.models import Evaluation, Initiative
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.coverages import Coverages

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Attempts:
    """The ledger of one purpose, all by one measure. `stalled` says that the stop rule asks to stop."""

    purpose: str
    ledger: Ledger
    rule: StopRule | None
    stalled: bool
    measure: Yardstick


def attempts_of(initiative: Initiative, purpose: str, targets: Sequence[Target]) -> Attempts:
    """Return the newest 2,000 attempts, evaluations of one purpose, summed up under the targets; two queries.

    The measure is that of the stop rule, else the one that the targets name.
    """
    rule = stop_rule_of(initiative)
    measure = yardstick_of(targets, rule.metric if rule else "")
    rows = Evaluation.objects.filter(initiative=initiative, purpose=purpose).order_by("-at", "-id")
    found = list(_attempts(rows, measure))[::-1]
    values = [each.value for each in found]
    ended = rule is not None and stalled(values, rule.gain, rule.attempts, measure.direction)
    ledger = ledger_of(found, is_share=measure.is_counted, direction=measure.direction)
    return Attempts(purpose, ledger, rule, ended, measure)


def stop_rule_of(initiative: Initiative) -> StopRule | None:
    """Return an initiative's stop rule, None without one."""
    return StopRule.objects.filter(initiative=initiative).first()


def _attempts(rows: QuerySet[Evaluation], measure: Yardstick) -> Iterator[Attempt]:
    """Return the newest attempts in one measure; all are summed up, so that no counts are read."""
    if measure.is_coverage:
        for family, cost, n, *found in rows.values_list("family", "cost", "n", "decided_at", "right_at")[:MOST]:
            decided, right = (tuple(each or ()) for each in found)
            yield Attempt(family, measure.of_coverages(Coverages(decided, right), n), n, cost)
        return
    if not measure.is_counted:
        reported = rows.annotate(stated=KeyTransform("value", KeyTransform(measure.metric, "metrics")))
        columns = ("family", "cost", "n", "stated", "confusion")
        for family, cost, n, stated, confusion in reported.values_list(*columns)[:MOST]:
            counts = Confusion(tuple((label, predicted, cases) for label, predicted, cases in confusion))
            yield Attempt(family, reported_value(measure.metric, stated, counts), n, cost)
        return
    place = "" if measure.coverage is None else f"_at__{measure.coverage - 1}"
    hits, decided_by = (f"right{place}", f"decided{place}" if place else "n")
    counted = rows.annotate(hits=F(hits), decided=F(decided_by))
    for family, cost, right, decided in counted.values_list("family", "cost", "hits", "decided")[:MOST]:
        yield Attempt(family, measure.of_counts(right, decided), decided or 0, cost)


def rule_answer(rule: StopRule, measure: Yardstick) -> dict[str, Any]:
    """Return a stop rule as the API shows it, with which way its metric gets better and how that is known."""
    return {
        "metric": rule.metric,
        "gain": rule.gain,
        "attempts": rule.attempts,
        "direction": measure.direction.better,
        "direction_from": measure.direction.known_by,
        "measure": measure.words,
        "updated_at": rule.updated_at,
    }


def attempts_answer(found: Attempts) -> dict[str, Any]:
    """Return the ledger as the API shows it."""
    ledger, measure = found.ledger, found.measure
    copied = ("attempts", "measured", "best", "lucky", "beats_luck", "cost", "known_costs")
    return {
        "purpose": found.purpose,
        "metric": measure.metric,
        "measure": measure.words,
        "coverage": None if measure.coverage is None else measure.coverage / 100,
        "direction": measure.direction.better,
        "direction_from": measure.direction.known_by,
        **{name: getattr(ledger, name) for name in copied},
        "families": [asdict(each) for each in ledger.families],
        "stop_rule": rule_answer(found.rule, measure) if found.rule else None,
        "stalled": found.stalled,
    }
