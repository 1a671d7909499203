"""A person's word on a check: whether it counts, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kpis.scoring.fingerprints import binding, changed
from kpis.scoring.inputs import AttestationFacts, JudgementInputs
from kpis.scoring.measurement import Evidence
from kpis.scoring.results import CheckResult
from kpis.scoring.scorecard import Check
from kpis.scoring.targets import Criticality
from kpis.scoring.wording import day, listed


def newest_word(inputs: JudgementInputs, check_id: str, now: datetime) -> AttestationFacts | None:
    """Return the newest attestation of a check given up to now, None when there is none."""
    found = [each for each in inputs.attestations if each.check == check_id and each.at <= now]
    return max(found, key=lambda each: (each.at, each.id), default=None)


def expiry(word: AttestationFacts, check: Check) -> datetime:
    """Return when a word ends: its own date, or the longest life that the scorecard allows, whichever is first."""
    if check.expires_days is None:
        return word.expires
    return min(word.expires, word.at + timedelta(days=check.expires_days))


def unsaid(check: Check, criticality: Criticality) -> str:
    """Return why a check is missing of which nobody said anything."""
    attestable = criticality in check.attestable_at
    return "nobody has attested it" if attestable else "it must be measured, and no fact says it"


def attested(blank: CheckResult, inputs: JudgementInputs, current: Mapping[str, str], now: datetime) -> CheckResult:
    """Return the result of a check by a person's word: pass or stale; without one that counts it is `blank`.

    A word counts only where the scorecard calls the check attestable at the initiative's criticality.
    """
    check, word = blank.check, newest_word(inputs, blank.check.id, now)
    if word is None or inputs.initiative.criticality not in check.attestable_at:
        return blank
    bound = binding(word, check.depends_on, current, inputs.bound.get(check.id))
    proof = Evidence(
        f"attested by {word.author or 'a former member'}", word.link, "attestation", tuple(sorted(bound.items()))
    )
    end, moved = expiry(word, check), changed(bound, check.depends_on, current)
    said: dict[str, Any] = {"result": "pass", "points": 0.5, "reason": "", "what_would_pass": "", "expires": end}
    if end <= now:
        reason = f"the attestation ended on {day(end)}"
        said = {"result": "stale", "reason": reason, "what_would_pass": "Attest it again."}
    elif moved:
        what = "Look again and attest it for what is there now."
        said = {"result": "stale", "reason": f"{listed(moved)} changed since it was attested", "what_would_pass": what}
    return replace(
        blank,
        observed=word.note or "attested",
        expected=blank.expected or "a person's word with a link",
        evidence=(*blank.evidence, proof),
        evidence_kind="attested",
        at=word.at,
        **said,
    )
