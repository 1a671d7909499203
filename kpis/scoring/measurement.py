"""What a measured check found, before attestations and waivers are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kpis.scoring.targets import Accepted

Result = Literal["pass", "fail", "insufficient", "stale", "missing", "waived", "not_applicable"]
SEVERITY: tuple[Result, ...] = ("fail", "missing", "insufficient", "stale", "waived", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a result rests on: a label, a link to it, its kind, and the fingerprint it is bound to."""

    label: str
    url: str = ""
    kind: str = "run"
    fingerprint: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured result. `observed` is shown; `value` and `aim` tell a waiver whether it got worse.

    `half` marks a comparison of points without an interval; `notes` become warnings; an empty
    `what_would_pass` leaves it to the scorecard's own words. `at` is when it was measured, of several the oldest, which
    `oldest` names; `until` is when a pass ends whatever the scorecard says, and `outlived` why.
    """

    result: Result
    observed: float | str | None = None
    expected: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    what_would_pass: str = ""
    evidence: tuple[Evidence, ...] = ()
    value: float | None = None
    aim: Accepted | None = None
    half: bool = False
    at: datetime | None = None
    notes: tuple[str, ...] = field(default=())
    oldest: str = ""
    until: datetime | None = None
    outlived: str = ""


def weakest(results: Sequence[Result]) -> Result:
    """Return the result that decides: a failure before what nobody can tell, before a pass."""
    return min(results, key=SEVERITY.index)
