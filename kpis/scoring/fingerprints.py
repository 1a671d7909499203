"""What a person's word was given for, and whether that has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpis.scoring.inputs import AttestationFacts, Candidate
from kpis.scoring.operating_point import operating_point

WORDS = {"data": "the data", "labels": "the labels", "commit": "the code", "model": "the candidate"}


def current_fingerprints(candidate: Candidate | None, policy_version: str) -> dict[str, str]:
    """Return the fingerprints of now by kind (data, labels, commit, model, threshold, policy), without unknown ones."""
    found = {"policy": policy_version}
    if candidate is None:
        return found
    run = candidate.run
    found |= {
        "data": ",".join(sorted({f"{each.name}@{each.digest}" for each in run.datasets if each.digest})),
        "labels": ",".join(sorted({each.labels_digest for each in run.datasets if each.labels_digest})),
        "commit": run.commit,
        "model": candidate.id,
        "threshold": operating_point(run.reported).threshold,
    }
    return {kind: value for kind, value in found.items() if value}


def binding(
    attestation: AttestationFacts,
    depends_on: Sequence[str],
    current: Mapping[str, str],
    bound: Mapping[str, str] | None,
) -> dict[str, str]:
    """Return what an attestation is bound to: what it was bound to before, else what is current now.

    A kind that was unknown when it was given is bound once it becomes known.
    """
    kept = bound if bound is not None and bound.get("attestation") == attestation.id else {}
    found = {kind: kept.get(kind) or current.get(kind, "") for kind in depends_on}
    return {"attestation": attestation.id} | {kind: value for kind, value in found.items() if value}


def changed(bound: Mapping[str, str], depends_on: Sequence[str], current: Mapping[str, str]) -> list[str]:
    """Return in words which of the fingerprints have changed since."""
    moved = [kind for kind in depends_on if bound.get(kind) and current.get(kind) and bound[kind] != current[kind]]
    return [WORDS.get(kind, f"the {kind}") for kind in moved]


def bound_fingerprints(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what each attestation was bound to, by check id, out of an earlier readiness document."""
    found: dict[str, dict[str, str]] = {}
    for section in document.get("sections", []):
        for check in section["checks"]:
            for each in check["evidence"]:
                if each.get("kind") == "attestation":
                    found[check["id"]] = dict(each.get("fingerprint") or {})
    return found
