"""The formula of a KPI: tried over the last twelve periods, then kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kpis.forms.errors import show_errors
from kpis.forms.formulas import FormulaForm
from kpis.models import KPI
from kpis.scoring.formulas.tree import FACTS
from kpis.selectors.formula_page import formula_table
from kpis.services.formulas import preview_formula
from kpis.services.kpis import edit_kpi
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@page(Power.READ, write=Power.WRITE_TARGETS)
def formula(request: PageRequest, key: str) -> HttpResponse:
    """Show the formula with what it gives; POST tries another one, and keeps it with `save`."""
    context = kpi_frame(request, key, "formula")
    kpi: KPI = context["kpi"]
    form = FormulaForm(request.POST if request.method == "POST" else None, kpi=kpi)
    values: dict[str, Any] = {"form": form, "facts": FACTS}
    if form.is_valid() or not form.is_bound:
        text = form.cleaned_data["formula"] if form.is_bound else kpi.formula_text
        try:
            if "save" in request.POST:
                edit_kpi(request.principal, kpi, {"formula": text})
                return _kept(request, kpi, text)
            values |= _tried(kpi, text) if text else {}
        except ValidationError as error:
            show_errors(form, error)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "kpis/formula/index.html", context | values, status=status)


def _kept(request: PageRequest, kpi: KPI, text: str) -> HttpResponse:
    told = _("The formula is kept. A worker reckons its readings within seconds.")
    messages.success(request, told if text else _("The formula is gone; its readings stay."))
    return redirect(url_of(kpi, "kpis:kpi_formula"))


def _tried(kpi: KPI, text: str) -> dict[str, Any]:
    found = preview_formula(kpi, text)
    return {"preview": found, "table": formula_table(kpi, found.derived, found.named)}
