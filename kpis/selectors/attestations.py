"""People's words on checks, and permitted failures."""

from __future__ import annotations

from kpis.models import Attestation, Waiver
from kpis.scoring.inputs import AttestationFacts, WaiverFacts
from projects.models import Initiative


def attestation_facts(initiative: Initiative) -> tuple[AttestationFacts, ...]:
    """Return the newest unrevoked word on each check, in one query."""
    words = (
        Attestation.objects.filter(initiative=initiative, revoked_at__isnull=True)
        .select_related("author")
        .order_by("check_id", "-created_at", "-id")
        .distinct("check_id")
    )
    return tuple(
        AttestationFacts(
            word.public_id,
            word.check_id,
            word.link,
            word.created_at,
            word.expires_at,
            str(word.author or ""),
            word.note,
        )
        for word in words
    )


def waiver_facts(initiative: Initiative) -> tuple[WaiverFacts, ...]:
    """Return the waivers that wait or are approved, in one query."""
    waivers = Waiver.objects.filter(initiative=initiative, state__in=(Waiver.State.PROPOSED, Waiver.State.APPROVED))
    return tuple(
        WaiverFacts(
            waiver.public_id,
            waiver.check_id,
            waiver.reason,
            waiver.expires_at,
            waiver.state,
            waiver.measured,
            waiver.measured_text,
            str(waiver.requester or ""),
            str(waiver.approver or ""),
            waiver.self_approved,
        )
        for waiver in waivers.select_related("requester", "approver").order_by("check_id", "id")
    )


def attestations_of(initiative: Initiative) -> list[Attestation]:
    """Return all words on checks of an initiative, newest first."""
    return list(Attestation.objects.filter(initiative=initiative).select_related("author").order_by("-id"))


def waivers_of(initiative: Initiative) -> list[Waiver]:
    """Return all waivers of an initiative, newest first."""
    return list(Waiver.objects.filter(initiative=initiative).select_related("requester", "approver").order_by("-id"))
