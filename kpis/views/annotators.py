"""Figures of single annotators: a page for the labeling lead alone, off until they switch it on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kpis.selectors.annotators import annotator_page
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.services.annotator_figures import switch_annotator_figures


@page(Power.SEE_ANNOTATORS)
def annotators(request: PageRequest, key: str) -> HttpResponse:
    """Show the figures; POST switches them on, or without `on` off."""
    if request.method == "POST":
        initiative, on = initiative_of(request.principal, key), bool(request.POST.get("on"))
        switch_annotator_figures(request.principal, initiative, on=on)
        messages.success(request, _("Figures of annotators are shown.") if on else _("Figures of annotators are off."))
        return redirect(page_of(initiative, "kpis:annotators"))
    context = shell(request, key, "labeling")
    found = annotator_page(request.principal, context["initiative"])
    return render(request, "kpis/labeling/annotators.html", {**context, "found": found})
