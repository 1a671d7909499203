"""The value tab: which KPIs the initiative is expected to move, by how much, by when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import contribution_of, kpi_of
from kpis.forms.errors import show_errors
from kpis.forms.value import MovementForm, TieForm
from kpis.selectors.value import value_page
from kpis.services.contributions import remove_contribution, set_contribution, tie_new_kpi
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative

EXAMPLE = """curl "$MLTRACK_URL/api/v1/initiatives/{key}/contributions/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"kpi": "churn-rate", "expected": -2, "by": "2027-03-31", "how": "500 customers × 0.4 %", "grade": "E"}}'"""


@page(Power.READ, write=Power.WRITE_TARGETS)
def value(request: PageRequest, key: str) -> HttpResponse:
    """Show the ties; POST makes one, with a KPI that is there or a new one."""
    context = shell(request, key, "value")
    initiative: Initiative = context["initiative"]
    found = value_page(initiative)
    if request.method != "POST":
        return render(request, "kpis/value/index.html", _context(context, found, TieForm(kpis=found.others)))
    form = TieForm(request.POST, kpis=found.others)
    if form.is_valid():
        try:
            _tie(request, initiative, form)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The KPI is tied to %(key)s.") % {"key": initiative.key})
            return redirect(page_of(initiative, "kpis:value"))
    return render(request, "kpis/value/index.html", _context(context, found, form), status=422)


def _tie(request: PageRequest, initiative: Initiative, form: TieForm) -> None:
    if not form.chosen():
        owner = {"owner": request.principal.user}
        tie_new_kpi(request.principal, initiative, form.new_kpi() | owner, **form.movement())
        return
    chosen = kpi_of(request.principal, form.chosen())
    set_contribution(request.principal, initiative, chosen, **form.movement())


def _context(context: dict[str, Any], found: Any, form: TieForm) -> dict[str, Any]:
    return context | {"page": found, "form": form, "example": EXAMPLE.format(key=context["initiative"].key)}


@page(Power.WRITE_TARGETS)
def change(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Change what is expected of one tie."""
    context = shell(request, key, "value")
    initiative: Initiative = context["initiative"]
    tie = contribution_of(initiative, kpi)
    initial = {name: getattr(tie, name) for name in ("expected", "by", "grade", "how")}
    form = MovementForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_contribution(request.principal, initiative, tie.kpi, **form.movement())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect(page_of(initiative, "kpis:value"))
    answer = context | {"tie": tie, "form": form}
    return render(request, "kpis/value/change.html", answer, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_TARGETS)
def remove(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Untie a KPI; the KPI itself stays."""
    initiative = initiative_of(request.principal, key)
    remove_contribution(request.principal, contribution_of(initiative, kpi))
    messages.success(request, _("Untied. The KPI itself is still there."))
    return redirect(page_of(initiative, "kpis:value"))
