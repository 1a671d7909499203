"""When an initiative will be ready, what decides it, what if; and people's estimates of its checks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.charts.forecasts import forecast_figure
from kpis.forms.errors import in_words, show_errors
from kpis.forms.forecasts import Asked, EstimateForm
from kpis.selectors.forecast_page import forecast_page, present_forecasts
from kpis.services.forecasts import estimate_check, withdraw_estimate
from kpis.views.figures import figure_answer
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative


@page(Power.READ, write=Power.ATTEST)
def forecast(request: PageRequest, key: str) -> HttpResponse:
    """Show the forecast, as it is and as the query asks; POST keeps an estimate of a check."""
    if request.method != "POST":
        return _show(request, key, EstimateForm(initial={"check": request.GET.get("estimate", "")}))
    initiative, form = initiative_of(request.principal, key), EstimateForm(request.POST)
    if form.is_valid():
        try:
            estimate_check(request.principal, initiative, **form.estimate())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The estimate is kept, and the forecast rests on it."))
            return redirect(page_of(initiative, "kpis:forecast"))
    return _show(request, key, form)


def _show(request: PageRequest, key: str, form: EstimateForm) -> HttpResponse:
    context = shell(request, key, "delivery")
    initiative: Initiative = context["initiative"]
    asked = Asked(request.GET)
    found = forecast_page(initiative, timezone.now(), asked)
    form.offer(found.checks)
    columns = [_("Chance"), _("Ready by"), _("Earliest"), _("Latest"), _("Otherwise")]
    values: dict[str, Any] = {
        "forecast": found,
        "what_if": asked.form,
        "form": form,
        "may_estimate": request.principal.may(Power.ATTEST),
        "columns": columns if found.otherwise else columns[:-1],
        "crumbs": [*context["crumbs"], *way_back(initiative)],
    }
    wrong = form.is_bound or asked.form.errors
    return render(request, "kpis/forecasts/forecast.html", context | values, status=422 if wrong else 200)


@require_POST
@page(Power.ATTEST)
def withdraw(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Take back an estimate."""
    initiative = initiative_of(request.principal, key)
    try:
        withdraw_estimate(request.principal, initiative, public_id)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("The estimate is withdrawn, and the forecast rests on none."))
    return redirect(page_of(initiative, "kpis:forecast"))


@require_safe
@page()
def figure(request: PageRequest, key: str) -> HttpResponse:
    """Answer the chance by day as a figure, with what the query asks beside it."""
    initiative = initiative_of(request.principal, key)
    found = present_forecasts(initiative, timezone.now(), Asked(request.GET))
    if isinstance(found, str):
        return figure_answer(request, {"data": [], "layout": {}, "problem": found})
    return figure_answer(request, forecast_figure(found.as_is, initiative.target_date, found.otherwise))


def way_back(initiative: Initiative) -> list[dict[str, str]]:
    """Return the way back: the initiative, and its tasks where they have a page."""
    places = ((initiative.key, "kpis:initiative"), (_("Delivery"), "kpis:delivery"))
    return [{"label": label, "url": url} for label, name in places if (url := page_of(initiative, name))]
