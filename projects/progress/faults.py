"""A problem as a monitor states it, before it is kept as a finding. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
