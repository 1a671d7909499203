"""Permitted failures: asked for with a reason and an end, approved by somebody else, never hidden."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kpis.models import Waiver
from kpis.scoring.readiness import judge
from kpis.scoring.results import CheckResult
from kpis.selectors.judgement import gather
from kpis.services.affected import note_initiative
from kpis.services.approvals import approves_own
from kpis.services.fields import Fields, finite
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative

LONGEST = timedelta(days=366)
OPEN = (Waiver.State.PROPOSED, Waiver.State.APPROVED)


@transaction.atomic
def request_waiver(
    principal: Principal, initiative: Initiative, *, check: str, reason: str, expires: datetime | str
) -> Waiver:
    """Ask that a check which stands in the way may be passed by; the waiver keeps what is measured now.

    Raises ValidationError for a check that is not in the way, without a reason, or for an end that is past or
    more than a year away.
    """
    given = {"check": check, "reason": reason, "expires": expires}
    fields = Fields(given, tuple(given))
    check = fields.text("check", 80, required=True)
    reason, end, now = fields.text("reason", 2000, required=True), fields.moment("expires"), timezone.now()
    if end is None or not now < end <= now + LONGEST:
        fields.fail("expires", "A waiver needs an end in the future, within a year.")
    found = _judged(initiative, check, now)
    if found is None:
        fields.fail("check", "The scorecard has no such check.")
    elif found.result in ("pass", "not_applicable"):
        fields.fail("check", "This check is not in the way; it needs no waiver.")
    fields.finish()
    observed = None if found is None else found.observed
    waiver = Waiver.objects.create(
        initiative=initiative,
        check_id=check,
        measured=None if found is None else finite(found.value),
        measured_text="" if observed is None else str(observed)[:200],
        reason=reason,
        expires_at=end or now,
        requester=principal.user,
    )
    return _decided(principal, waiver, "request")


@transaction.atomic
def approve_waiver(principal: Principal, waiver: Waiver) -> Waiver:
    """Let the failure pass by. Raises ValidationError when it is not waiting, has ended, or is the requester's own."""
    fresh = _fresh(principal, waiver, (Waiver.State.PROPOSED,))
    if fresh.expires_at <= timezone.now():
        raise ValidationError({"waiver": "This request has ended already."})
    fresh.self_approved = approves_own(principal, fresh.requester_id)
    return _decide(principal, fresh, Waiver.State.APPROVED, "approve")


@transaction.atomic
def reject_waiver(principal: Principal, waiver: Waiver) -> Waiver:
    """Turn a request down. Raises ValidationError when it is not waiting."""
    return _decide(principal, _fresh(principal, waiver, (Waiver.State.PROPOSED,)), Waiver.State.REJECTED, "reject")


@transaction.atomic
def revoke_waiver(principal: Principal, waiver: Waiver) -> Waiver:
    """End a waiver or take a request back before its time. Raises ValidationError when it is neither."""
    return _decide(principal, _fresh(principal, waiver, OPEN), Waiver.State.REVOKED, "revoke")


def _judged(initiative: Initiative, check_id: str, now: datetime) -> CheckResult | None:
    found = gather(initiative, now=now)
    return next((each for each in judge(found.inputs, found.policy, now).checks if each.check.id == check_id), None)


def _fresh(principal: Principal, waiver: Waiver, states: tuple[str, ...]) -> Waiver:
    fresh = (
        Waiver.objects.select_for_update(of=("self",))
        .select_related("initiative")
        .get(pk=waiver.pk, initiative__workspace=principal.workspace)
    )
    if fresh.state not in states:
        raise ValidationError({"waiver": f"This waiver is {fresh.get_state_display().lower()}."})
    return fresh


def _decide(principal: Principal, waiver: Waiver, state: str, action: str) -> Waiver:
    if state != Waiver.State.REVOKED:
        waiver.approver, waiver.decided_at = principal.user, timezone.now()
    waiver.state = state
    waiver.save()
    return _decided(principal, waiver, action)


def _decided(principal: Principal, waiver: Waiver, action: str) -> Waiver:
    after = {
        "check": waiver.check_id,
        "state": waiver.state,
        "measured": waiver.measured_text,
        "expires": waiver.expires_at.isoformat(),
        "self_approved": waiver.self_approved,
    }
    record_audit(principal, action, "waiver", waiver.initiative.key, after=after, reason=waiver.reason)
    note_initiative(waiver.initiative, "waiver")
    return waiver
