"""The dataclasses of a judgement: check, section, readiness."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.inputs import Candidate, InitiativeFacts, WaiverFacts
from kpis.scoring.measurement import Evidence, Result
from kpis.scoring.scorecard import Check
from kpis.scoring.targets import Accepted

Verdict = Literal["ready", "not_ready", "unknown"]
HealthState = Literal["on_track", "at_risk", "off_track", "no_data"]
EvidenceKind = Literal["measured", "attested"]
WarningKind = Literal[
    "optional", "evidence_expires", "waiver_expires", "waiver_reopened", "self_approved", "note", "proposed", "lowered"
]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A judged check. `points` is 0, ½ or 1; `expires` the moment at which the result changes by itself.

    `observed` is shown; `value` is the number that a waiver of this result names, held against `aim`.
    """

    check: Check
    result: Result
    required: bool
    observed: float | str | None = None
    expected: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    what_would_pass: str = ""
    evidence: tuple[Evidence, ...] = ()
    evidence_kind: EvidenceKind = "measured"
    points: float = 0.0
    at: datetime | None = None
    expires: datetime | None = None
    value: float | None = None
    aim: Accepted | None = None
    waiver: WaiverFacts | None = None
    reopened: str = ""
    notes: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it does not stand in the way: pass, waived or not applicable."""
        return self.result in ("pass", "waived", "not_applicable")


@dataclass(frozen=True, slots=True)
class SectionResult:
    """A section: as good as its weakest required check. `score` is None when nothing in it applies."""

    name: str
    verdict: Verdict
    score: float | None
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class ReadinessWarning:
    """Something to know beside the verdict; `at` is when it comes or came to pass, where that is known."""

    kind: WarningKind
    check: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Will it get there? With the reason in words, and when time alone changes the answer."""

    state: HealthState
    reason: str
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole answer. `share` is the part of required checks that stand, None when none is required.

    `forecast` is None where it is ready already, or no date is credible.
    """

    initiative: InitiativeFacts
    candidate: Candidate | None
    verdict: Verdict
    health: Health
    score: float
    share: float | None
    as_of: datetime
    policy_version: str
    sections: tuple[SectionResult, ...]
    warnings: tuple[ReadinessWarning, ...] = ()
    waivers: tuple[WaiverFacts, ...] = field(default=())
    changes_at: datetime | None = None
    forecast: ForecastStanding | None = None

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """All judged checks in order."""
        return tuple(check for section in self.sections for check in section.checks)

    @property
    def blockers(self) -> tuple[CheckResult, ...]:
        """The required checks in the way: failures first, then missing, insufficient and stale."""
        order = {"fail": 0, "missing": 1, "insufficient": 2, "stale": 3}
        found = [check for check in self.checks if check.required and not check.stands]
        return tuple(sorted(found, key=lambda each: order[each.result]))
