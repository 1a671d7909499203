"""Permitted failures: asked for, decided by somebody else, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import waiver_of
from kpis.forms.errors import in_words
from kpis.forms.waivers import WaiverForm
from kpis.selectors.approvals import may_take_back
from kpis.services.waivers import approve_waiver, reject_waiver, request_waiver, revoke_waiver
from kpis.views.check_forms import check_form
from kpis.views.shell import page_of
from mltrack.accounts.access import require
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative

DECISIONS = {"approve": approve_waiver, "reject": reject_waiver, "revoke": revoke_waiver}


@page(Power.ATTEST)
def ask(request: PageRequest, key: str, check: str) -> HttpResponse:
    """Ask that a check may be passed by."""

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        return request_waiver(request.principal, initiative, check=check, **values)

    form = WaiverForm(request.POST if request.method == "POST" else None)
    return check_form(
        request, key, check, form, write, _("Ask for a waiver"), _("Asked. An approver who is not you decides.")
    )


@require_POST
@page()
def decide(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Approve or reject as an approver; take back as its requester or a manager."""
    initiative = initiative_of(request.principal, key)
    waiver = waiver_of(initiative, public_id)
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        return HttpResponseBadRequest("Approve, reject or revoke.")
    if decision != "revoke":
        require(request.principal, Power.APPROVE)
    elif not may_take_back(request.principal, waiver.requester_id):
        raise PermissionDenied("Only its requester or a manager may take a waiver back.")
    try:
        DECISIONS[decision](request.principal, waiver)
        messages.success(request, _("Done. The verdict follows within seconds."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:initiative"))
