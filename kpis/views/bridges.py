"""The bridge of a contribution: what a decision is worth, and taking what it computes as the expected movement."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import contribution_of
from kpis.forms.bridges import BridgeForm, initial_of
from kpis.forms.errors import show_errors
from kpis.selectors.effects import bridge_of
from kpis.selectors.expected import expected_of
from kpis.services.bridges import expect_movement, remove_bridge, set_bridge
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of


@page(Power.WRITE_TARGETS)
def bridge(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Say what a right decision is worth to a KPI and what an error costs."""
    context = shell(request, key, "value")
    initiative = context["initiative"]
    tie = contribution_of(initiative, kpi)
    present = bridge_of(tie)
    form = BridgeForm(request.POST if request.method == "POST" else None, initial=initial_of(present))
    if request.method == "POST" and form.is_valid():
        try:
            set_bridge(request.principal, tie, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Kept. Evaluations say from now on what they should move."))
            return redirect(page_of(initiative, "kpis:value"))
    answer = context | {"tie": tie, "form": form, "bridge": present}
    return render(request, "kpis/value/bridge.html", answer, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_TARGETS)
def remove(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Forget what a decision is worth; the contribution stays."""
    initiative = initiative_of(request.principal, key)
    remove_bridge(request.principal, contribution_of(initiative, kpi))
    messages.success(request, _("Forgotten. The contribution itself stays."))
    return redirect(page_of(initiative, "kpis:value"))


@require_POST
@page(Power.WRITE_TARGETS)
def expect(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Take what the bridge computes from the newest test evaluation as the expected movement."""
    initiative = initiative_of(request.principal, key)
    tie = contribution_of(initiative, kpi)
    found = expected_of([tie]).get(tie.pk)
    moved = found.effect.movement if found else None
    if found is None or moved is None:
        messages.error(request, _("There is no test evaluation, or no bridge that can be computed from it."))
    else:
        try:
            expect_movement(request.principal, tie, moved.expected, found.how)
            messages.success(request, _("This is the expected movement now, as a claim until it is measured."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect(page_of(initiative, "kpis:value"))
