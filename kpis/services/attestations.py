"""A person's word on a check: given with a link and an end, taken back when it no longer holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kpis.models import Attestation
from kpis.scoring.scorecard import Check
from kpis.selectors.scorecards import policy_of
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative

DEFAULT_DAYS = 180


@transaction.atomic
def attest(
    principal: Principal,
    initiative: Initiative,
    *,
    check: str,
    link: str,
    note: str = "",
    expires: datetime | str | None = None,
) -> Attestation:
    """Keep a person's word on a check; the newest unrevoked one counts.

    Without `expires` it holds as long as the scorecard allows. Raises ValidationError for an unknown check, one
    that a word cannot pass at this criticality, a wrong link, or an end that is past or too far away.
    """
    given = {"check": check, "link": link, "note": note, "expires": expires}
    fields = Fields(given, tuple(given))
    asked = _attestable(fields, initiative)
    values: dict[str, Any] = {"link": fields.link("link"), "note": fields.text("note", 20_000)}
    end = fields.moment("expires")
    now = timezone.now()
    longest = now + timedelta(days=(asked.expires_days if asked else None) or DEFAULT_DAYS)
    if end is not None and end <= now:
        fields.fail("expires", "This has passed already.")
    elif end is not None and end > longest + timedelta(days=1):
        fields.fail("expires", f"A word on this check holds until {longest:%Y-%m-%d} at the longest.")
    fields.finish()
    named = asked.id if asked else ""
    word = Attestation.objects.create(
        initiative=initiative, check_id=named, author=principal.user, expires_at=end or longest, **values
    )
    after = {"check": named, "expires": word.expires_at.isoformat(), **values}
    record_audit(principal, "attest", "attestation", initiative.key, after=after)
    note_initiative(initiative, "attestation")
    return word


def _attestable(fields: Fields, initiative: Initiative) -> Check | None:
    check_id = fields.text("check", 80, required=True)
    found = policy_of(initiative.workspace).check(check_id)
    if found is None:
        fields.fail("check", "The scorecard has no such check.")
    elif initiative.criticality not in found.attestable_at:
        fields.fail("check", f"At {initiative.criticality} this check must be measured; nobody's word passes it.")
    return found


@transaction.atomic
def revoke_attestation(principal: Principal, attestation: Attestation, *, reason: str = "") -> Attestation:
    """Take a word back. Raises ValidationError when it was taken back before."""
    initiative = attestation.initiative
    word = Attestation.objects.select_for_update().get(pk=attestation.pk, initiative__workspace=principal.workspace)
    if word.revoked_at is not None:
        raise ValidationError({"attestation": "This word was taken back before."})
    word.revoked_at = timezone.now()
    word.save(update_fields=["revoked_at"])
    record_audit(principal, "revoke", "attestation", initiative.key, before={"check": word.check_id}, reason=reason)
    note_initiative(initiative, "attestation")
    return word
