"""Alerts of a KPI: what is watched, how each stands, a new one, its end, and not to hear of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import alert_of, kpi_of
from kpis.forms.alerts import AlertForm
from kpis.forms.errors import show_errors
from kpis.selectors.alerts import alerts_of
from kpis.services.alerts import mute_alert, unwatch_kpi, watch_kpi
from kpis.services.mail_choices import member_of
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@page(Power.READ, write=Power.WRITE_TARGETS)
def alerts(request: PageRequest, key: str) -> HttpResponse:
    """Show what is watched; POST watches one thing more."""
    context = kpi_frame(request, key, "alerts")
    form = AlertForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            watch_kpi(request.principal, context["kpi"], **form.given())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("It is watched from now on."))
            return redirect(url_of(context["kpi"], "kpis:kpi_alerts"))
    found = {"alerts": alerts_of(context["kpi"], request.principal), "form": form}
    return render(request, "kpis/kpi/alerts.html", context | found, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_TARGETS)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """End an alert."""
    kpi = kpi_of(request.principal, key)
    unwatch_kpi(request.principal, alert_of(kpi, public_id))
    messages.success(request, _("It is watched no more."))
    return redirect(url_of(kpi, "kpis:kpi_alerts"))


@require_POST
@page()
def mute(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Tell this person nothing more of an alert with `muted`, again without."""
    kpi = kpi_of(request.principal, key)
    muted = bool(request.POST.get("muted"))
    mute_alert(member_of(request.principal), alert_of(kpi, public_id), muted=muted)
    if muted:
        undo = url_of(kpi, "kpis:kpi_alert_mute", public_id)
        messages.success(request, _("You hear no more of it."), extra_tags=f"undo:{undo}")
    else:
        messages.success(request, _("You hear of it again, where you own the KPI."))
    return redirect(url_of(kpi, "kpis:kpi_alerts"))
