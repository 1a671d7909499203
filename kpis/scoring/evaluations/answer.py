"""An evaluation as JSON: the shape that programs rely on. Ratios lie from 0 to 1, intervals are Wilson's at 95 %."""

from __future__ import annotations

from typing import Any

from kpis.scoring.evaluations.curve import CurvePoint, accuracy_band
from kpis.scoring.evaluations.operating import Operating
from kpis.scoring.evaluations.parts import Part
from kpis.scoring.evaluations.report import Report, drawn_curve
from kpis.scoring.evaluations.reporting import reported_at
from kpis.scoring.evaluations.says import says
from kpis.scoring.evaluations.usable import not_used
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import Interval, wilson
from kpis.scoring.targets import PROPORTIONS

SHARES = PROPORTIONS | {"selection_rate"}


def report_answer(report: Report) -> dict[str, Any]:
    """Return the numbers of an evaluation at the threshold shown."""
    facts = report.facts
    metrics = reported_at(facts, report.shown.point).metrics
    return {
        "n": facts.tally.n,
        "abstained": facts.tally.whole.abstained,
        "metrics": {key: metric_answer(key, point) for key, point in sorted(metrics.items()) if _is_shown(key, report)},
        "curve": [curve_answer(point) for point in drawn_curve(facts)],
        "operating_point": operating_answer(report.judged),
        "says": " ".join(says(report.judged)),
        "slices": [part_answer("slice", part) for part in report.slices],
        "groups": [part_answer("group", part) for part in report.groups],
        "confusion": [{"label": a, "prediction": b, "n": n} for a, b, n in facts.confusion.counts],
        "not_used": [{"target": each.id, "reason": not_used(each, facts.dataset)} for each in report.targets.elsewhere],
    }


def _is_shown(key: str, report: Report) -> bool:
    """Say whether a metric gives no small group away: crossed groups stand on the audit page, which hides them."""
    part = key.partition("/")[2]
    column = part.partition("=")[0]
    crossed = ", " in part and column in report.facts.tally.group_columns
    return part not in report.hidden and not crossed


def metric_answer(key: str, point: MetricPoint) -> dict[str, Any]:
    """Return `{value, low, high, n}`; a share of counted cases has its Wilson interval."""
    low, high, value = point.low, point.high, point.number
    if low is None and value is not None and point.n and key.partition("/")[0] in SHARES:
        low, high = _ends(wilson(min(1.0, value) * point.n, point.n))
    return {"value": value, "low": low, "high": high, "n": point.n}


def curve_answer(point: CurvePoint) -> dict[str, Any]:
    """Return `{threshold, coverage, accuracy, low, high, n}`; n are the cases decided there."""
    band = accuracy_band(point)
    low, high = _ends(band.wilson if band else None)
    return {
        "threshold": point.threshold,
        "coverage": point.coverage,
        "accuracy": point.accuracy,
        "low": low,
        "high": high,
        "n": point.accepted,
    }


def operating_answer(found: Operating) -> dict[str, Any] | None:
    """Return an operating point with what is guaranteed and decided there, None where no case was answered."""
    point, choice, decided = found.point, found.choice, found.decision
    if point.accuracy is None and found.method in ("observed", "all"):
        return None
    return {
        "threshold": point.threshold,
        "coverage": point.coverage,
        "accuracy": point.accuracy,
        "guaranteed_coverage": found.guaranteed_coverage,
        "observed_coverage": choice.observed.coverage if choice and choice.observed else None,
        "sgr_coverage": choice.sgr.coverage if choice and choice.sgr else None,
        "method": found.method,
        "accuracy_decision": decided.accuracy if decided else None,
        "coverage_decision": decided.coverage if decided else None,
        "n_more": decided.n_more if decided else None,
        "reachable": found.reach.reachable if found.reach else None,
    }


def part_answer(kind: str, part: Part) -> dict[str, Any]:
    """Return one slice or group at the threshold shown."""
    low, high = _ends(part.accuracy.interval())
    return {
        kind: part.name,
        "n": part.coverage.n,
        "decided": part.accuracy.n,
        "accuracy": part.accuracy.rate,
        "low": low,
        "high": high,
        "coverage": part.coverage.rate,
        "decision": part.decision.together if part.decision else None,
        "too_small": part.too_small,
    }


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (interval.low, interval.high) if interval else (None, None)
