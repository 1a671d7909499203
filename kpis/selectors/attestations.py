"""People's words on checks, and permitted failures."""

from __future__ import annotations

from kpis.models import Attestation, Waiver
from projects.models import Initiative


def attestations_of(initiative: Initiative) -> list[Attestation]:
    """Return all words on checks of an initiative, newest first."""
    return list(Attestation.objects.filter(initiative=initiative).select_related("author").order_by("-id"))


def waivers_of(initiative: Initiative) -> list[Waiver]:
    """Return all waivers of an initiative, newest first."""
    return list(Waiver.objects.filter(initiative=initiative).select_related("requester", "approver").order_by("-id"))
