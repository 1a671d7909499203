"""One's own subscriptions in the settings: made, looked at, changed, sent at once, switched off, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.errors import in_words, show_errors
from kpis.forms.subscriptions import SubscriptionEditForm, SubscriptionForm
from kpis.services.subscriptions import (
    ask_now,
    change_subscription,
    subscribe,
    subscription_of,
    subscriptions_of,
    unsubscribe,
)
from mltrack.accounts.pages import PageRequest, page

GIVEN = ("kind", "target", "query")
KEPT = ("weekdays", "hour", "zone", "only_if_changed", "muted_until")
NEWEST = 20


@page()
def subscriptions(request: PageRequest) -> HttpResponse:
    """List one's own; POST makes one."""
    principal = request.principal
    initial: dict[str, Any] = {name: request.GET[name] for name in GIVEN if name in request.GET}
    initial |= {"weekdays": [0], "hour": 8, "zone": principal.workspace.zone}
    form = SubscriptionForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            subscribe(principal, **form.cleaned_data)
        except PermissionDenied as error:
            form.add_error("channel", str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("It comes at its next hour. Send it now to see how it looks."))
            return redirect("kpis:subscriptions", workspace=principal.workspace.key)
    rows = subscriptions_of(principal).order_by("-pk")
    context = {"form": form, "rows": rows, "tab": "subscriptions"}
    return render(request, "kpis/subscriptions/index.html", context, status=422 if form.is_bound else 200)


@page()
def subscription(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one with what became of its last times; POST changes it."""
    row = subscription_of(request.principal, public_id)
    initial = {name: getattr(row, name) for name in KEPT}
    form = SubscriptionEditForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            change_subscription(request.principal, public_id, form.cleaned_data)
        except PermissionDenied as error:
            form.add_error("secret_url", str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("kpis:subscription", request.principal.workspace.key, public_id)
    deliveries = row.deliveries.order_by("-period")[:NEWEST]
    context = {"form": form, "row": row, "deliveries": deliveries, "tab": "subscriptions"}
    return render(request, "kpis/subscriptions/one.html", context, status=422 if form.is_bound else 200)


@require_POST
@page()
def send(request: PageRequest, public_id: str) -> HttpResponse:
    """Have one sent within seconds."""
    try:
        ask_now(request.principal, public_id)
        messages.success(request, _("It is being sent."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect("kpis:subscription", request.principal.workspace.key, public_id)


@require_POST
@page()
def switch(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch one on with `active`, off without."""
    change_subscription(request.principal, public_id, {"active": bool(request.POST.get("active"))})
    messages.success(request, _("Saved."))
    return redirect("kpis:subscription", request.principal.workspace.key, public_id)


@require_POST
@page()
def remove(request: PageRequest, public_id: str) -> HttpResponse:
    """End one."""
    unsubscribe(request.principal, public_id)
    messages.success(request, _("It is ended."))
    return redirect("kpis:subscriptions", workspace=request.principal.workspace.key)
