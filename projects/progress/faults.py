"""A problem as a monitor states it, before it is kept as a finding. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong. `cause` is the same for one upstream fault wherever it is seen; `evidence` is JSON."""

    cause: str
    kind: str
    name: str
    segment: str
    severity: str
    words: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


class Probed(Protocol):
    """What is known of an endpoint after it was asked."""

    environment: str
    last_words: str
    last_ms: int | None
    last_at: datetime | None
    failures: int


def source_in(cause: str) -> str:
    """Return the part of a cause that names its source: a source's id, or an initiative's key where there is none."""
    return cause.partition(":")[2].partition(":")[0]


def endpoint_cause(initiative: str, environment: str) -> str:
    """Return the cause of an endpoint of an environment that does not answer."""
    return f"endpoint:{initiative}:{environment}"


def endpoint_fault(initiative: str, version: str, probe: Probed, status: int | None) -> Fault:
    """Return the fault of an endpoint that was asked and did not answer as it should."""
    where = probe.environment
    words = f"The endpoint in {where} does not answer: {probe.last_words}".rstrip(": ")
    evidence = {
        "environment": where,
        "version": version,
        "status": status,
        "ms": probe.last_ms,
        "failures": probe.failures,
        "said": probe.last_words,
        "time": probe.last_at.isoformat() if probe.last_at else None,
    }
    return Fault(endpoint_cause(initiative, where), "endpoint", where, "", "critical", words, evidence)
