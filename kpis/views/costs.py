"""What an initiative cost, and what is decided on its value."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import cost_of
from kpis.forms.errors import show_errors
from kpis.forms.realised import CostForm, DecisionForm
from kpis.selectors.value_results import costs_of, spent_on
from kpis.services.value import add_cost, decide_value, remove_cost
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of


@page(Power.READ, write=Power.WRITE_TARGETS)
def costs(request: PageRequest, key: str) -> HttpResponse:
    """Show what an initiative cost; POST notes more."""
    context = shell(request, key, "value")
    initiative = context["initiative"]
    form = CostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_cost(request.principal, initiative, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The cost is noted."))
            return redirect(page_of(initiative, "kpis:costs"))
    answer = context | {"costs": costs_of(initiative), "spent": spent_on(initiative), "form": form}
    return render(request, "kpis/value/costs.html", answer, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_TARGETS)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Take back a cost that was noted wrongly."""
    initiative = initiative_of(request.principal, key)
    remove_cost(request.principal, cost_of(initiative, public_id))
    messages.success(request, _("Taken back."))
    return redirect(page_of(initiative, "kpis:costs"))


@page(Power.WRITE_TARGETS)
def decide(request: PageRequest, key: str) -> HttpResponse:
    """Decide whether to sustain, expand, adjust or retire."""
    context = shell(request, key, "value")
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_value(request.principal, context["initiative"], **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The decision is kept."))
            return redirect(page_of(context["initiative"], "kpis:value"))
    return render(request, "kpis/value/decide.html", context | {"form": form}, status=422 if form.is_bound else 200)
