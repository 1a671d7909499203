"""Webhooks in the settings, for admins: made, looked at with what they were told, tried, paused, removed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.errors import in_words, show_errors
from kpis.forms.hooks import HookEditForm, HookForm
from kpis.models import Hook
from kpis.services.hooks import (
    change_hook,
    create_hook,
    deliveries_of,
    hook_of,
    hooks_of,
    remove_hook,
    replay,
    rotate_hook,
    try_hook,
)
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power

NEWEST = 50


@page(Power.ADMINISTER)
def hooks(request: PageRequest) -> HttpResponse:
    """List webhooks; POST makes one and shows its secret once."""
    principal, secret = request.principal, ""
    form = HookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            _hook, secret = create_hook(principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            form = HookForm()
    rows = hooks_of(principal).order_by("-pk")
    context = {"form": form, "rows": rows, "secret": secret, "tab": "webhooks"}
    return render(request, "kpis/hooks/index.html", context, status=422 if form.is_bound else 200)


@page(Power.ADMINISTER)
def hook(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one with the newest of what it was told; POST changes it."""
    row = hook_of(request.principal, public_id)
    initial = {"name": row.name, "events": row.events}
    form = HookEditForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            change_hook(request.principal, public_id, form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return _back(request, public_id)
    return _shown(request, row, form)


@require_POST
@page(Power.ADMINISTER)
def rotate(request: PageRequest, public_id: str) -> HttpResponse:
    """Give one another secret, and show it once."""
    row, secret = rotate_hook(request.principal, public_id)
    return _shown(request, row, HookEditForm(initial={"name": row.name, "events": row.events}), secret)


@require_POST
@page(Power.ADMINISTER)
def test(request: PageRequest, public_id: str) -> HttpResponse:
    """Have a test sent to one within seconds."""
    try:
        try_hook(request.principal, public_id)
        messages.success(request, _("A test is being sent. Look again in a few seconds."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return _back(request, public_id)


@require_POST
@page(Power.ADMINISTER)
def switch(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch one on with `active`, off without."""
    change_hook(request.principal, public_id, {"active": bool(request.POST.get("active"))})
    messages.success(request, _("Saved."))
    return _back(request, public_id)


@require_POST
@page(Power.ADMINISTER)
def replay_delivery(request: PageRequest, public_id: str, delivery_id: str) -> HttpResponse:
    """Have something sent again within seconds."""
    try:
        replay(request.principal, public_id, delivery_id)
        messages.success(request, _("It is being sent again."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return _back(request, public_id)


@require_POST
@page(Power.ADMINISTER)
def remove(request: PageRequest, public_id: str) -> HttpResponse:
    """Remove one."""
    remove_hook(request.principal, public_id)
    messages.success(request, _("The webhook is removed."))
    return redirect("kpis:hooks", workspace=request.principal.workspace.key)


def _shown(request: PageRequest, row: Hook, form: HookEditForm, told: str = "") -> HttpResponse:
    deliveries = deliveries_of(row).order_by("-pk")[:NEWEST]
    context = {"form": form, "row": row, "deliveries": deliveries, "secret": told, "tab": "webhooks"}
    return render(request, "kpis/hooks/one.html", context, status=422 if form.is_bound else 200)


def _back(request: PageRequest, public_id: str) -> HttpResponse:
    return redirect("kpis:hook", request.principal.workspace.key, public_id)
