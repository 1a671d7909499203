"""A person's word on a check: given, and taken back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import attestation_of
from kpis.forms.attestations import AttestForm
from kpis.forms.errors import in_words, show_errors
from kpis.selectors.approvals import may_take_back
from kpis.selectors.checks import check_of
from kpis.services.attestations import attest, revoke_attestation
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of


@page(Power.ATTEST)
def give(request: PageRequest, key: str, check: str) -> HttpResponse:
    """Attest a check, with a link and an end."""
    context = shell(request, key, "")
    asked, judged = check_of(context["initiative"], check, context["header"].document)
    form = AttestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            attest(request.principal, context["initiative"], check=check, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Your word on “%(check)s” is kept.") % {"check": asked.title})
            return redirect(page_of(context["initiative"], "kpis:initiative") + f"#check-{slugify(check)}")
    part = "_check_form.html" if request.headers.get("HX-Request") else "check_form.html"
    values = {"asked": asked, "judged": judged, "form": form, "action": request.path, "submit": _("Attest")}
    return render(request, f"kpis/initiative/{part}", context | values, status=422 if form.is_bound else 200)


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
