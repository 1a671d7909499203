"""A judgement as the JSON that pages, API, CLI and badges share. Never holds NaN or Infinity."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kpis.scoring.inputs import Candidate, WaiverFacts
from kpis.scoring.measurement import Evidence
from kpis.scoring.ml_test_score import ml_test_score
from kpis.scoring.results import CheckResult, Readiness, ReadinessWarning, SectionResult
from kpis.scoring.targets import Accepted

OF_THE_MOMENT = ("as_of", "pending", "age_seconds", "changes_at", "forecast")
"""What moves on while nothing else changes; the dates of a forecast do so day by day."""


def readiness_document(readiness: Readiness) -> dict[str, Any]:
    """Return the readiness as a JSON-safe object.

    `{initiative, candidate, verdict, live_not_ready, warnings, health, health_reason, score, as_of, policy_version,
    sections, blockers, waivers, forecast, ml_test_score, changes_at}`; moments in ISO 8601 UTC, ratios 0–1, ages in
    seconds.
    """
    return {
        "initiative": readiness.initiative.key,
        "candidate": _candidate(readiness.candidate),
        "verdict": readiness.verdict,
        "live_not_ready": is_live_not_ready(readiness),
        "warnings": [_warning(each) for each in readiness.warnings],
        "health": readiness.health.state,
        "health_reason": readiness.health.reason,
        "score": round(readiness.score, 4),
        "as_of": moment(readiness.as_of),
        "policy_version": readiness.policy_version,
        "sections": [_section(each, readiness.as_of) for each in readiness.sections],
        "blockers": [_blocker(each) for each in readiness.blockers],
        "waivers": [_waiver(each) for each in readiness.waivers],
        "forecast": readiness.forecast and readiness.forecast.document,
        "ml_test_score": _ml_test_score(readiness),
        "changes_at": moment(readiness.changes_at),
    }


def is_live_not_ready(readiness: Readiness) -> bool:
    """Say whether what is judged runs in production and breaks a required check."""
    return readiness.candidate is not None and readiness.candidate.deployed and readiness.verdict == "not_ready"


def moment(at: datetime | None) -> str | None:
    """Return a moment in ISO 8601 with a Z, None for None."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def finite(value: float | str | None) -> float | str | None:
    """Return the value, None for NaN and infinities, which JSON does not have."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def document_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all of a document but what merely tells the time of asking."""
    text = json.dumps(_timeless(document), sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _timeless(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _timeless(each) for key, each in value.items() if key not in OF_THE_MOMENT}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


def _candidate(candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    return {
        "kind": candidate.kind,
        "id": candidate.id,
        "label": candidate.label,
        "run": candidate.run.id,
        "evaluation": None if candidate.evaluation is None else candidate.evaluation.id,
        "commit": candidate.run.commit,
        "url": candidate.url,
    }


def _section(section: SectionResult, now: datetime) -> dict[str, Any]:
    return {
        "name": section.name,
        "verdict": section.verdict,
        "score": None if section.score is None else round(section.score, 4),
        "checks": [_check(each, now) for each in section.checks],
    }


def _check(result: CheckResult, now: datetime) -> dict[str, Any]:
    return {
        "id": result.check.id,
        "title": result.check.title,
        "result": result.result,
        "required": result.required,
        "observed": finite(result.observed),
        "expected": result.expected,
        "n": result.n,
        "low": finite(result.low),
        "high": finite(result.high),
        "goal": _goal(result.aim),
        "evidence": [_evidence(each) for each in result.evidence],
        "reason": result.reason,
        "age_seconds": None if result.at is None else max(0, int((now - result.at).total_seconds())),
        "evidence_kind": result.evidence_kind,
        "what_would_pass": result.what_would_pass,
    }


def _goal(aim: Accepted | None) -> dict[str, Any] | None:
    """Return what the observed number is held against, `{comparator, value, high}`, None where it is no number."""
    if aim is None:
        return None
    low, high = finite(aim.low), finite(aim.high)
    if low is not None and high is not None:
        return {"comparator": "between", "value": low, "high": high}
    if high is None:
        return {"comparator": ">" if aim.low_open else ">=", "value": low, "high": None}
    return {"comparator": "<" if aim.high_open else "<=", "value": high, "high": None}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {"label": evidence.label, "url": evidence.url, "kind": evidence.kind}
    return found | ({"fingerprint": dict(evidence.fingerprint)} if evidence.fingerprint else {})


def _blocker(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check.id,
        "section": result.check.section,
        "title": result.check.title,
        "short": result.check.short,
        "result": result.result,
        "reason": result.reason,
        "what_would_pass": result.what_would_pass,
    }


def _warning(warning: ReadinessWarning) -> dict[str, Any]:
    return {"kind": warning.kind, "check": warning.check, "text": warning.text, "at": moment(warning.at)}


def _waiver(waiver: WaiverFacts) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "check": waiver.check,
        "value": finite(waiver.value),
        "value_text": waiver.value_text,
        "reason": waiver.reason,
        "expires": moment(waiver.expires),
        "state": waiver.state,
        "requester": waiver.requester,
        "approver": waiver.approver,
        "self_approved": waiver.self_approved,
    }


def _ml_test_score(readiness: Readiness) -> dict[str, Any]:
    found = ml_test_score(readiness.checks)
    return {
        "score": found.score,
        "areas": dict(found.areas),
        "meaning": found.band.meaning,
        "not_asked": list(found.unasked),
    }
