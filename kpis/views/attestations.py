"""A person's word on a check: given, and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import attestation_of
from kpis.forms.attestations import AttestForm
from kpis.forms.errors import in_words
from kpis.selectors.approvals import may_take_back
from kpis.services.attestations import attest, revoke_attestation
from kpis.views.check_forms import check_form
from kpis.views.shell import page_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative


@page(Power.ATTEST)
def give(request: PageRequest, key: str, check: str) -> HttpResponse:
    """Attest a check, with a link and an end."""

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        return attest(request.principal, initiative, check=check, **values)

    form = AttestForm(request.POST if request.method == "POST" else None)
    return check_form(request, key, check, form, write, _("Attest"), _("Your word on “%(check)s” is kept."))


@require_POST
@page(Power.ATTEST)
def revoke(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Take a word back: one's own, or as a manager anybody's."""
    initiative = initiative_of(request.principal, key)
    word = attestation_of(initiative, public_id)
    if not may_take_back(request.principal, word.author_id):
        raise PermissionDenied("Only its author or a manager may take a word back.")
    try:
        revoke_attestation(request.principal, word)
        messages.success(request, _("The word is taken back."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:initiative"))
