"""Muting findings for oneself: a cause, what has one name in a source, or all of a source."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.db import transaction

from kpis.models import FindingMute
from mltrack.accounts.models import Member
from projects.models import Finding
from projects.progress.faults import source_in

Scope = Literal["cause", "name", "source"]
SCOPES: Final[tuple[Scope, ...]] = ("cause", "name", "source")


@transaction.atomic
def mute_finding(member: Member, finding: Finding, scope: Scope | None) -> None:
    """Tell a member nothing more of a finding's cause, or of its name or source; with None again of all that hides it.

    What is muted anew takes the place of what hid this finding before.
    """
    source = source_in(finding.cause)
    hiding = FindingMute.objects.filter(member=member)
    hiding.filter(cause=finding.cause).delete()
    hiding.filter(source=source, name__in=("", finding.name)).delete()
    if scope is not None:
        fields: dict[Scope, dict[str, Any]] = {
            "cause": {"cause": finding.cause},
            "name": {"source": source, "name": finding.name},
            "source": {"source": source},
        }
        # Another of one's own deeds may keep the same at the same time.
        FindingMute.objects.get_or_create(member=member, **fields[scope])
