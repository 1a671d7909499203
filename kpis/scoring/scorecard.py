"""A versioned policy: seven sections of checks, with a level for each criticality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kpis.scoring.targets import Criticality

Level = Literal["required", "optional", "off"]
Kind = Literal["measured", "attested"]
SECTIONS = ("value", "data", "labels", "model", "fairness", "delivery", "operations")
CRITICALITIES: tuple[Criticality, ...] = ("experiment", "standard", "critical")
LEVELS: tuple[Level, ...] = ("required", "optional", "off")
DEPENDENCIES = ("data", "labels", "commit", "model", "threshold", "policy")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold.

    `short` names it in two words for lists. `attestable_at` are the criticalities at which a person's word
    passes it; `expires_days` is the longest life of such a word, and for a measured check the age at which its
    evidence goes stale (None: never), unless `fresh_days` says that this comes earlier. `depends_on` names the
    fingerprints whose change makes a word stale. `ml_test` names the tests of the ML Test Score that it answers, as
    "data.1".
    """

    id: str
    section: str
    title: str
    short: str
    kind: Kind
    required: Mapping[Criticality, Level]
    how_to_pass: str
    attestable_at: tuple[Criticality, ...] = ()
    expires_days: int | None = None
    depends_on: tuple[str, ...] = ()
    docs: str = ""
    ml_test: tuple[str, ...] = ()
    fresh_days: int | None = None

    @property
    def measured_days(self) -> int | None:
        """The age at which what was measured goes stale, None for never and for what is only attested."""
        if self.kind != "measured":
            return None
        return self.expires_days if self.fresh_days is None else self.fresh_days

    @property
    def days(self) -> int | None:
        """How long what it rests on counts: a measurement, else a person's word."""
        return self.measured_days or self.expires_days


@dataclass(frozen=True, slots=True)
class Section:
    """A question with its checks, in the order in which they are shown."""

    name: str
    question: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A policy. `version` is part of every answer that rests on it."""

    version: str
    title: str
    sections: tuple[Section, ...] = field(default=())

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks in order."""
        return tuple(check for section in self.sections for check in section.checks)

    def check(self, check_id: str) -> Check | None:
        """Return the check with this id, None when the policy has none."""
        return next((check for check in self.checks if check.id == check_id), None)


def never_attestable(check_id: str, section: str) -> bool:
    """Say whether a check must be measured at standard and critical, whatever a scorecard says."""
    return check_id in ("model.accuracy", "model.coverage", "labels.audit") or section == "fairness"
