"""What a person's word was given for, and whether that has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpis.scoring.inputs import AttestationFacts, Candidate
from kpis.scoring.measured.evaluated import evaluated
from kpis.scoring.operating_point import operating_point
from kpis.scoring.targets import Target
from kpis.scoring.wording import figure

# The digest that an evaluation states of a part, beside the fingerprint of a kind.
PARTS = {
    "data": "data",
    "labels": "labels",
    "commit": "code",
    "model": "model",
    "threshold": "threshold",
}
WORDS = {"data": "the data", "labels": "the labels", "commit": "the code", "model": "the candidate"}


def current_fingerprints(
    candidate: Candidate | None, policy_version: str, targets: Sequence[Target] = ()
) -> dict[str, str]:
    """Return the fingerprints of now by kind (data, labels, commit, model, threshold, policy), without unknown ones.

    Digests that an evaluation states of its parts stand beside them as "<kind>.part". An evaluation of a known run is
    one of that run's model; its threshold is that of its operating point under the targets.
    """
    found = {"policy": policy_version}
    if candidate is None:
        return found
    run, data = candidate.run, candidate.datasets
    found |= {
        "data": ",".join(sorted({f"{each.name}@{each.digest}" for each in data if each.digest})),
        "labels": ",".join(sorted({each.labels_digest for each in data if each.labels_digest})),
        "commit": run.commit,
        "model": (run.id if candidate.kind == "evaluation" else "") or candidate.id,
        "threshold": operating_point(run.reported).threshold,
    }
    if candidate.evaluation is not None:
        found["threshold"] = figure(evaluated(candidate.evaluation, targets).operating.point.threshold)
        components = candidate.evaluation.components
        found |= {f"{kind}.part": components.get(part, "") for kind, part in PARTS.items()}
    return {kind: value for kind, value in found.items() if value}


def binding(
    attestation: AttestationFacts,
    depends_on: Sequence[str],
    current: Mapping[str, str],
    bound: Mapping[str, str] | None,
) -> dict[str, str]:
    """Return what an attestation is bound to: what it was bound to before, else what is current now.

    A kind that was unknown when it was given is bound once it becomes known; the digest of its part only while the
    kind itself has not changed.
    """
    kept = bound if bound is not None and bound.get("attestation") == attestation.id else {}
    found = {kind: kept.get(kind) or current.get(kind, "") for kind in depends_on}
    same = [kind for kind in depends_on if found[kind] == current.get(kind, found[kind])]
    parts = {f"{kind}.part": current.get(f"{kind}.part", "") for kind in same}
    found |= parts | {f"{kind}.part": kept[f"{kind}.part"] for kind in depends_on if kept.get(f"{kind}.part")}
    return {"attestation": attestation.id} | {kind: value for kind, value in found.items() if value}


def changed(bound: Mapping[str, str], depends_on: Sequence[str], current: Mapping[str, str]) -> list[str]:
    """Return in words which of the fingerprints have changed since; digests of parts decide where both have one."""
    moved = [kind for kind in depends_on if _moved(kind, bound, current)]
    return [WORDS.get(kind, f"the {kind}") for kind in moved]


def _moved(kind: str, bound: Mapping[str, str], current: Mapping[str, str]) -> bool:
    part = f"{kind}.part"
    key = part if bound.get(part) and current.get(part) else kind
    return bool(bound.get(key) and current.get(key) and bound[key] != current[key])


def bound_fingerprints(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what each attestation was bound to, by check id, out of an earlier readiness document."""
    found: dict[str, dict[str, str]] = {}
    for section in document.get("sections", []):
        for check in section["checks"]:
            for each in check["evidence"]:
                if each.get("kind") == "attestation":
                    found[check["id"]] = dict(each.get("fingerprint") or {})
    return found
