"""A live model that breaks a required check, as a fault. Pure."""

from __future__ import annotations

from typing import Any, Final

from kpis.scoring.document import finite, is_live_not_ready
from kpis.scoring.results import CheckResult, Readiness
from projects.progress.faults import Fault

NAMED: Final = 3
READY: Final = "What is in production is ready again."
REPLACED: Final = "What is judged does not run in production any more."


def readiness_cause(key: str) -> str:
    """Return the cause of an initiative whose live model is not ready."""
    return f"readiness:{key}"


def readiness_fault(readiness: Readiness) -> Fault | None:
    """Return the fault with the checks that fail, None where the candidate is not live or no required check fails."""
    if not is_live_not_ready(readiness) or readiness.candidate is None:
        return None
    failing = [each for each in readiness.blockers if each.result == "fail"]
    named = ", ".join(each.check.title for each in failing[:NAMED])
    more = f" and {len(failing) - NAMED} more" if len(failing) > NAMED else ""
    words = f"{readiness.candidate.label} runs in production and is no longer ready: {named}{more}"
    evidence = {"candidate": readiness.candidate.label, "checks": [_check(each) for each in failing]}
    cause = readiness_cause(readiness.initiative.key)
    return Fault(cause, "readiness", "readiness", "", "critical", words, evidence)


def recovery(readiness: Readiness) -> str:
    """Return what a finding of lost readiness says of its end; empty while nobody can tell whether it ended."""
    if readiness.candidate is None or not readiness.candidate.deployed:
        return REPLACED
    return READY if readiness.verdict == "ready" else ""


def _check(result: CheckResult) -> dict[str, Any]:
    return {
        "id": result.check.id,
        "title": result.check.title,
        "result": result.result,
        "observed": finite(result.observed),
        "expected": result.expected,
        "reason": result.reason,
        "what_would_pass": result.what_would_pass,
    }
