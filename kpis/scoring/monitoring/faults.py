"""What a judgement of monitors says is wrong, in words and with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from kpis.scoring.monitoring.silence import Judged
from kpis.scoring.wording import figure
from projects.progress.faults import Fault
from projects.progress.observed import fails, is_p_value

SEVERITY: Final[Mapping[str, str]] = {"quality": "critical", "errors": "critical"}


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of a series, with its public id, its threshold and how it was measured."""

    series: str
    kind: str
    name: str
    segment: str
    time: datetime
    value: float
    n: int | None = None
    method: str = ""
    threshold: float | None = None
    reference: str = ""


def cause_of(kind: str, source: str, name: str, segment: str = "") -> str:
    """Return what findings of one upstream fault share; `source` is its public id, or the initiative's key."""
    return ":".join((kind, source, name, segment)).rstrip(":")


def silent_fault(judged: Judged, name: str, day: date, source: str, source_name: str = "") -> Fault:
    """Return the fault of a segment that is silent, or nearly so."""
    observed, mean = judged.observed or 0.0, judged.mean or 0.0
    low, high = (figure(each or 0.0) for each in (judged.low, judged.high))
    when = f"on {day.isoformat()}" if judged.window == 1 else f"in the {judged.window} days to {day.isoformat()}"
    what = f"{name} of {judged.segment}" if judged.segment else name
    came = "nothing" if not observed else f"only {figure(observed)}"
    words = f"{what}: {came} arrived {when}, {figure(round(mean, 1))} expected ({low} to {high})"
    evidence = {
        "day": day.isoformat(),
        "window": judged.window,
        "observed": judged.observed,
        "expected": judged.mean,
        "variance": judged.variance,
        "low": judged.low,
        "high": judged.high,
        "p": judged.p,
        "q": judged.q,
        "method": "negative binomial, Benjamini-Hochberg",
        "source": source_name,
    }
    severity = "critical" if not observed else "warning"
    return Fault(
        cause_of("silent", source, name, judged.segment), "silent", name, judged.segment, severity, words, evidence
    )


def stopped_fault(name: str, last: date, source: str, source_name: str = "") -> Fault:
    """Return the fault of a name of which nothing arrives any more."""
    words = f"{name}: nothing has arrived since {last.isoformat()}, in no segment"
    evidence = {"last": last.isoformat(), "source": source_name}
    return Fault(cause_of("stopped", source, name), "stopped", name, "", "critical", words, evidence)


def threshold_fault(newest: Newest, source: str, source_name: str = "") -> Fault | None:
    """Return the fault of a value on the wrong side of its own threshold, None where it is not or nobody can tell."""
    if not fails(newest.kind, newest.method, newest.value, newest.threshold) or newest.threshold is None:
        return None
    below = newest.kind == "quality" or (newest.kind == "drift" and is_p_value(newest.method))
    side = "below" if below else "at or above" if newest.kind == "drift" else "above"
    what = f"{newest.name} of {newest.segment}" if newest.segment else newest.name
    by = f", by {newest.method}" if newest.method else ""
    words = f"{what}: {newest.kind} {figure(newest.value)} is {side} {figure(newest.threshold)}{by}"
    evidence: dict[str, Any] = {
        "series": newest.series,
        "time": newest.time.isoformat(),
        "observed": newest.value,
        "threshold": newest.threshold,
        "n": newest.n,
        "method": newest.method,
        "reference": newest.reference,
        "source": source_name,
    }
    cause = cause_of(newest.kind, source, newest.name, newest.segment)
    severity = SEVERITY.get(newest.kind, "warning")
    return Fault(cause, newest.kind, newest.name, newest.segment, severity, words, evidence)
