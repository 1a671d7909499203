"""One finding with its evidence in words and numbers, whom else it hits, and why one is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.models import FindingMute
from kpis.scoring.wording import figure
from mltrack.accounts.access import Principal
from projects.models import Finding
from projects.progress.faults import source_in
from projects.selectors.finding_causes import State, affected_by, earlier_than, state_of

LABELS: Final[Mapping[str, str | Promise]] = {
    "day": _("Day"),
    "window": _("Days looked at"),
    "last": _("Last arrival"),
    "time": _("Observed at"),
    "observed": _("Observed"),
    "expected": _("Expected"),
    "low": _("At least, 95 %"),
    "high": _("At most, 95 %"),
    "p": _("Chance of so few, p"),
    "q": _("Over all segments, q"),
    "threshold": _("Threshold"),
    "n": _("Cases, n"),
    "method": _("Method"),
    "reference": _("Compared with"),
    "source": _("Source"),
    "series": _("Series"),
    "environment": _("Environment"),
    "version": _("Version"),
    "endpoint": _("Endpoint"),
    "status": _("HTTP status"),
    "ms": _("Milliseconds"),
    "failures": _("Failures in a row"),
    "said": _("What came back"),
    "candidate": _("Candidate"),
}


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A finding as its page shows it; `checks` are the readiness checks that fail, where it is about readiness."""

    finding: Finding
    state: State
    evidence: Sequence[tuple[str | Promise, str]]
    checks: Sequence[Mapping[str, Any]]
    affected: Sequence[Finding]
    earlier: Sequence[Finding]
    owned: Sequence[str]
    muted: bool


def finding_page(principal: Principal, finding: Finding) -> FindingPage:
    """Return a finding to be shown, in three queries; `owned` are the keys of what it hits that the person owns."""
    affected = affected_by(finding)
    owned = [each.initiative.key for each in affected if each.initiative.owner_id == getattr(principal.user, "pk", 0)]
    return FindingPage(
        finding,
        state_of([finding]),
        evidence_lines(finding.evidence),
        finding.evidence.get("checks", []),
        affected,
        earlier_than(finding),
        sorted(set(owned)),
        is_muted(principal, finding),
    )


def is_muted(principal: Principal, finding: Finding) -> bool:
    """Say whether a person hears nothing of a finding: by its cause, its source, or its name there; one query."""
    own = FindingMute.objects.filter(member__workspace=principal.workspace, member__user=principal.user)
    of_source = Q(source=source_in(finding.cause), name__in=("", finding.name))
    return own.filter(Q(cause=finding.cause) | of_source).exists()


def evidence_lines(evidence: Mapping[str, Any]) -> list[tuple[str | Promise, str]]:
    """Return the numbers that a finding rests on, each with its label; what is not known is left out."""
    known = [(label, name, evidence.get(name)) for name, label in LABELS.items()]
    return [(label, _value(name, value)) for label, name, value in known if value not in (None, "")]


def _value(name: str, value: Any) -> str:
    if name == "time":
        return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return figure(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
