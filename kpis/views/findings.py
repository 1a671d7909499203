"""Findings: a list by cause, one with its evidence, and what people say of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words, show_errors
from kpis.forms.findings import ExplainForm, FindingFilterForm, MuteForm
from kpis.selectors.finding_page import finding_page
from kpis.services.finding_mutes import mute_finding
from kpis.services.mail_choices import member_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import finding_of
from projects.models import Finding
from projects.selectors.finding_causes import cause_page, finding_lines
from projects.services.findings import acknowledge_finding, explain_finding

LAST_PAGE = 10_000


@require_safe
@page()
def findings(request: PageRequest) -> HttpResponse:
    """Show causes, those that last unless `state` asks for others; `cursor` is the number of a page."""
    form = FindingFilterForm(request.GET)
    asked, number = form.asked(), _number(request.GET.get("cursor", ""))
    found = cause_page(request.principal, asked, number)
    pages = {"next": number + 1 if found.next else None, "prev": number - 1 if number > 1 else None}
    context = {"form": form, "found": found, "asked": asked, **pages}
    return render(request, "kpis/findings/index.html", context)


@require_safe
@page()
def findings_file(request: PageRequest) -> HttpResponseBase:
    """Answer the findings that fit the filters of the list as a file."""
    asked = FindingFilterForm(request.GET).asked()
    return file_answer(request, finding_lines(request.principal, asked), f"{request.principal.workspace.key}-findings")


@page(Power.READ, write=Power.ATTEST)
def finding(request: PageRequest, finding_id: str) -> HttpResponse:
    """Show a finding; POST says why it happened."""
    found = finding_of(request.principal, finding_id)
    initial = {"explanation": found.explanation}
    form = ExplainForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            explain_finding(request.principal, found, form.cleaned_data["explanation"])
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The explanation is kept."))
            return _back(request, found)
    may = request.principal.may
    powers = {"may_say": may(Power.ATTEST), "may_open": may(Power.WRITE_TASKS)}
    context = {"page": finding_page(request.principal, found), "form": form, **powers}
    return render(request, "kpis/findings/detail.html", context, status=422 if form.errors else 200)


@require_POST
@page(Power.ATTEST)
def acknowledge(request: PageRequest, finding_id: str) -> HttpResponse:
    """Say that somebody knows of a finding."""
    found = finding_of(request.principal, finding_id)
    try:
        acknowledge_finding(request.principal, found)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("All see now that you know of it."))
    return _back(request, found)


@require_POST
@page()
def mute(request: PageRequest, finding_id: str) -> HttpResponse:
    """Tell this person nothing more of a finding's cause, name or source with `scope`, again without."""
    found, form = finding_of(request.principal, finding_id), MuteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what you want to hear nothing of."))
        return _back(request, found)
    mute_finding(member_of(request.principal), found, form.cleaned_data["scope"] or None)
    undo = reverse("kpis:finding_mute", args=[request.principal.workspace.key, found.public_id])
    if form.cleaned_data["scope"]:
        messages.success(request, _("You hear no more of it."), extra_tags=f"undo:{undo}")
    else:
        messages.success(request, _("You hear of it again, where you own what it hits."))
    return _back(request, found)


def _back(request: PageRequest, found: Finding) -> HttpResponse:
    return redirect("kpis:finding", workspace=request.principal.workspace.key, finding_id=found.public_id)


def _number(text: str) -> int:
    """Return the number of a page; the first where the address says none."""
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
