"""The summary of labels as JSON: the shape that programs rely on. Ratios lie from 0 to 1, intervals hold 95 %."""

from __future__ import annotations

from typing import Any

from kpis.scoring.labeling.audit_answer import audit_answer, ceiling_answer, error_answer
from kpis.scoring.labeling.decisions import alpha_bounds
from kpis.scoring.labeling.gold import GoldAccuracy
from kpis.scoring.labeling.shortfall import rate_says
from kpis.scoring.labeling.summary import LabelingSummary
from projects.progress.labeling.agreement import Agreement
from projects.progress.labeling.coefficients import Coefficient


def summary_answer(found: LabelingSummary) -> dict[str, Any]:
    """Return the summary; `audit` and `ceiling` are null while nobody looked at labels again.

    A quota's `decision` is about right labels, of which there are at least `right`.
    """
    counts, expected, right = found.counts, found.forecast, found.right_quotas.classes
    return {
        "total": counts.total if counts else 0,
        "labeled": counts.labeled if counts else 0,
        "reviewed": counts.reviewed if counts else None,
        "skipped": counts.skipped if counts else None,
        "per_class": dict(counts.per_class) if counts else {},
        "quotas": [
            {
                "class": each.name,
                "wanted": each.wanted,
                "have": each.have,
                "missing": each.missing,
                "decision": right[each.name].decision,
                "right": right[each.name].low,
                "n_more": right[each.name].n_more,
            }
            for each in found.quotas.quotas
        ],
        "rate_per_week": found.rate_per_week,
        "forecast": None
        if expected is None
        else {
            "p50": _day(expected.whole.p50),
            "p85": _day(expected.whole.p85),
            "decided_by": expected.decided_by,
            "says": rate_says(expected),
        },
        "reason": found.reason,
        "shortfalls": [each.says for each in found.shortfalls],
        "agreement": None if found.agreement is None else agreement_answer(found.agreement, found.cohen),
        "gold": None if found.gold is None else gold_answer(found.gold),
        "audit": audit_answer(found.audit),
        "ceiling": ceiling_answer(found.ceiling),
        "words": list(found.words),
    }


def overview_answer(key: str, name: str, found: LabelingSummary) -> dict[str, Any]:
    """Return one row of the overview: `quotas` are null where nothing is wanted, `agreement` without second labels."""
    counts, expected, quotas, agreed = found.counts, found.forecast, found.quotas, found.agreement
    wanted = sum(each.wanted for each in quotas.quotas)
    dates = None if expected is None else {"p50": _day(expected.whole.p50), "p85": _day(expected.whole.p85)}
    return {
        "initiative": key,
        "name": name,
        "total": counts.total if counts else 0,
        "labeled": counts.labeled if counts else 0,
        "rate_per_week": found.rate_per_week,
        "quotas": {"wanted": wanted, "missing": quotas.missing, "progress": quotas.progress} if wanted else None,
        "forecast": dates,
        "reason": found.reason,
        "shortfalls": [each.says for each in found.shortfalls],
        "agreement": {"alpha": agreed.alpha.value, "undefined": agreed.alpha.words or None, "tasks": agreed.tasks}
        if agreed is not None and agreed.tasks
        else None,
        "label_error": error_answer(found.audit.whole if found.audit else None),
    }


def agreement_answer(found: Agreement, cohen: Coefficient | None) -> dict[str, Any]:
    """Return agreement; `low` and `high` of `alpha_bounds` are the one-sided bounds that decide."""
    bounds = alpha_bounds(found)
    return {
        "tasks": found.tasks,
        "disputed": found.disputed,
        "percent": coefficient_answer(found.percent),
        "alpha": coefficient_answer(found.alpha),
        "alpha_bounds": None if bounds is None else {"low": bounds.low, "high": bounds.high},
        "fleiss": coefficient_answer(found.fleiss),
        "cohen": None if cohen is None else coefficient_answer(cohen),
        "classes": [
            {
                "class": each.name,
                "labels": each.labels,
                "specific": coefficient_answer(each.specific),
                "alpha": coefficient_answer(each.alpha),
            }
            for each in found.classes
        ],
    }


def gold_answer(found: GoldAccuracy) -> dict[str, Any]:
    """Return `{right, n, value, low, high}`: how often an answer to a gold question is right."""
    ends = found.interval
    return {"right": found.right, "n": found.n, "value": found.value, "low": ends.low, "high": ends.high}


def coefficient_answer(found: Coefficient) -> dict[str, Any]:
    """Return `{value, low, high, undefined}`: a value, or in words why there is none."""
    ends = found.interval
    return {
        "value": found.value,
        "low": ends.low if ends else None,
        "high": ends.high if ends else None,
        "undefined": found.words or None,
    }


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
