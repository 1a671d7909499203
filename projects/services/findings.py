"""Findings: opened once per cause and initiative, seen again, acknowledged, explained, closed. Their only writer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.clock import database_now
from projects.models import Finding, Initiative, ObservedKind, ObservedSeries
from projects.models.findings import FindingKind
from projects.progress.faults import LONGEST_WORDS, Fault
from projects.services.due import note_due
from projects.services.finding_tasks import carry_tasks, end_tasks

LONGEST_EXPLANATION: Final = 1000
MONITORED: Final = ("silent", "stopped", "drift", "quality", "latency", "errors", "cost", "evaluation")
"""The kinds that monitors of observations and of production evaluations open and close."""
REFRESHED: Final = ("words", "evidence", "severity")


@transaction.atomic
def keep_findings(
    origin: Initiative,
    faults: Collection[tuple[Fault, Collection[int]]],
    undecided: Collection[str],
    now: datetime,
    closing: Mapping[str, str] | None = None,
) -> None:
    """Bring the open findings that monitors of `origin` raised in line with what is wrong now.

    Each fault comes with the initiatives that it hits; what is seen again says what is wrong now. Findings of other
    causes are closed, but those of `undecided` causes, of which nobody can tell now. Initiatives other than `origin`
    are noted to be judged where theirs opened or closed. `closing` is, by kind, what findings say of their end where
    it is not that the value is right again.
    """
    wanted = {(initiative, fault.cause): fault for fault, hit in faults for initiative in hit}
    standing = Finding.objects.select_for_update(no_key=True).filter(closed_at=None)
    own = standing.filter(observed_in=origin, kind__in=MONITORED).order_by("id")
    known = {(each.initiative_id, each.cause): each for each in own}
    seen = [(each, wanted[at]) for at, each in known.items() if at in wanted]
    gone = [each for at, each in known.items() if at not in wanted and each.cause not in undecided]
    new = [
        _new(origin, initiative, fault, now)
        for (initiative, _), fault in sorted(wanted.items(), key=lambda each: each[0])
        if (initiative, fault.cause) not in known
    ]
    # Another initiative's observations may have raised the same finding already: it stays theirs.
    Finding.objects.bulk_create(new, ignore_conflicts=True)
    changed = [each for each, fault in seen if _refreshed(each, fault)]
    Finding.objects.bulk_update(changed, REFRESHED)
    Finding.objects.filter(pk__in=[each.pk for each, _ in seen]).update(last_seen_at=now)
    said, ended = closing or {}, _ended(origin, gone)
    for each in gone:
        each.closed_at, each.closing_words = now, said.get(each.kind) or _closing(each, each.pk in ended)
    Finding.objects.bulk_update(gone, ["closed_at", "closing_words"])
    if new:
        carry_tasks(origin, now)
    if gone:
        end_tasks(gone, now)
    turned = {each.initiative_id for each in (*new, *gone)} - {origin.pk}
    note_due(turned, "findings changed")


@transaction.atomic
def keep_fault(origin: Initiative, cause: str, fault: Fault | None, now: datetime, closing: str = "") -> bool:
    """Open the one finding of a cause in an initiative, see it again with what is wrong now, or with None close it.

    Return whether one opened or closed. `closing` is what it says of its end. The caller notes who is to be judged.
    """
    standing = Finding.objects.select_for_update(no_key=True).filter(initiative=origin, cause=cause, closed_at=None)
    known = standing.first()
    if fault is None:
        if known is None:
            return False
        known.closed_at, known.closing_words = now, closing[:LONGEST_WORDS]
        known.save(update_fields=["closed_at", "closing_words"])
        end_tasks([known], now)
        return True
    if known is not None:
        known.last_seen_at = now
        _refreshed(known, fault)
        known.save(update_fields=["last_seen_at", *REFRESHED])
        return False
    made = _new(origin, origin.pk, fault, now)
    Finding.objects.bulk_create([made], ignore_conflicts=True)
    # Whoever saw it at the same moment may have opened it first.
    if not Finding.objects.filter(public_id=made.public_id).exists():
        return False
    carry_tasks(origin, now)
    return True


@transaction.atomic
def acknowledge_finding(principal: Principal, finding: Finding) -> Finding:
    """Say that somebody knows of an open finding; the first who does is kept. Raises ValidationError once closed."""
    found = _open(principal, finding)
    if found.acknowledged_at is None:
        found.acknowledged_at, found.acknowledged_by = database_now(), principal.user
        found.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record_audit(principal, "acknowledge", "finding", found.public_id)
    return found


@transaction.atomic
def explain_finding(principal: Principal, finding: Finding, explanation: str) -> Finding:
    """Keep why it happened. Raises ValidationError for an empty or too long text."""
    text = explanation.strip()
    if not text:
        raise ValidationError({"explanation": "Say why it happened."})
    if len(text) > LONGEST_EXPLANATION:
        raise ValidationError({"explanation": f"At most {LONGEST_EXPLANATION:,} characters."})
    found = Finding.objects.select_for_update().get(pk=finding.pk, workspace=principal.workspace)
    before, found.explanation, found.explained_by = found.explanation, text, principal.user
    found.save(update_fields=["explanation", "explained_by"])
    record_audit(
        principal, "explain", "finding", found.public_id, before={"explanation": before}, after={"explanation": text}
    )
    return found


def _open(principal: Principal, finding: Finding) -> Finding:
    found = Finding.objects.select_for_update().get(pk=finding.pk, workspace=principal.workspace)
    if found.closed_at is not None:
        raise ValidationError("This finding is closed.")
    return found


def _new(origin: Initiative, initiative_id: int, fault: Fault, now: datetime) -> Finding:
    return Finding(
        workspace_id=origin.workspace_id,
        initiative_id=initiative_id,
        observed_in=origin,
        **{name: getattr(fault, name) for name in ("cause", "kind", "name", "segment", "severity")},
        words=fault.words[:LONGEST_WORDS],
        evidence=dict(fault.evidence),
        opened_at=now,
        last_seen_at=now,
    )


def _refreshed(finding: Finding, fault: Fault) -> bool:
    """Let a finding say what is wrong now, and return whether it says another thing than before.

    A silence goes on saying what was expected when it began: it is over once that arrives.
    """
    now = (fault.words[:LONGEST_WORDS], dict(fault.evidence), fault.severity)
    if finding.kind == FindingKind.SILENT or now == (finding.words, finding.evidence, finding.severity):
        return False
    finding.words, finding.evidence, finding.severity = now
    return True


def _ended(origin: Initiative, gone: Collection[Finding]) -> set[int]:
    """Return those of which all series have ended: nothing got better there."""
    if not gone:
        return set()
    known: dict[tuple[str, str, str | None], list[bool]] = {}
    rows = ObservedSeries.objects.filter(initiative=origin, name__in={each.name for each in gone})
    for kind, name, segment, at in rows.values_list("kind", "name", "segment", "ended_at"):
        for place in (segment, None):
            known.setdefault((kind, name, place), []).append(at is not None)
    return {each.pk for each in gone if all(known.get(_series_of(each), [False]))}


def _series_of(finding: Finding) -> tuple[str, str, str | None]:
    """Return kind, name and segment of what a finding is about, None for all segments."""
    kind = ObservedKind.VOLUME if finding.kind in ("silent", "stopped") else finding.kind
    return kind, finding.name, None if finding.kind == "stopped" else finding.segment


def _closing(finding: Finding, ended: bool) -> str:
    """Return what a closed finding says of its end."""
    what = f"{finding.name} {finding.segment}".rstrip()
    if ended:
        return f"{what} has ended: nothing more is expected of it."
    again = {"silent": f"{what} arrives again.", "stopped": f"{what} arrives again."}
    return again.get(finding.kind, f"{what} is within its threshold again.")
