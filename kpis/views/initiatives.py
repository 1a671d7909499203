"""An initiative itself: made with one line, edited in place, put aside and brought back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import show_errors
from kpis.forms.initiatives import FIELDS, CreateForm, FieldForm
from kpis.selectors.activity import last_edit_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.services.initiatives import (
    archive_initiative,
    create_initiative,
    edit_initiative,
    propose_key,
    restore_initiative,
)
from projects.services.versions import VersionConflict


@page(Power.WRITE_INITIATIVES)
def create(request: PageRequest) -> HttpResponse:
    """Make an initiative of a name, and lead to it."""
    form = CreateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            initiative = create_initiative(request.principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(key)s is made. Say next what it must reach.") % {"key": initiative.key})
            return redirect(page_of(initiative, "kpis:initiative"))
    return render(request, "kpis/initiative/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@page(Power.WRITE_INITIATIVES)
def proposed_key(request: PageRequest) -> HttpResponse:
    """Say which key a name would get."""
    name = request.GET.get("name", "").strip()[:160]
    proposed = propose_key(request.principal.workspace, name) if name else ""
    return render(request, "kpis/initiative/_proposed_key.html", {"proposed": proposed})


@page(Power.READ, write=Power.WRITE_INITIATIVES)
def edit(request: PageRequest, key: str, field: str) -> HttpResponse:
    """Edit one field: a part of the page for its script, a page of its own without."""
    if field not in FIELDS:
        raise Http404("No such field.")
    context = shell(request, key, "")
    initiative = context["initiative"]
    form = FieldForm(initiative, field, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _answer(request, context, form, 422 if form.is_bound else 200)
    try:
        edited = edit_initiative(
            request.principal, initiative, form.changes(), expected_version=form.expected_version()
        )
    except VersionConflict:
        last = last_edit_of(initiative.workspace, "initiative", initiative.key, field)
        return _answer(request, context | {"merge": form.merge(last)}, form, 412)
    except ValidationError as error:
        show_errors(form, error, {field: "value", "target_resolution": "value"})
        return _answer(request, context, form, 422)
    if not request.headers.get("HX-Request"):
        return redirect(page_of(edited, "kpis:initiative"))
    return _answer(request, context | {"initiative": edited, "saved": True}, FieldForm(edited, field), 200)


def _answer(request: PageRequest, context: dict[str, Any], form: FieldForm, status: int) -> HttpResponse:
    part = "kpis/initiative/_edit.html" if request.headers.get("HX-Request") else "kpis/initiative/edit.html"
    return render(request, part, context | {"form": form, "field": form.spec}, status=status)


@require_POST
@page(Power.WRITE_INITIATIVES)
def archive(request: PageRequest, key: str) -> HttpResponse:
    """Put an initiative aside with `archived`, bring it back without."""
    initiative = initiative_of(request.principal, key)
    here = page_of(initiative, "kpis:initiative")
    if request.POST.get("archived"):
        archive_initiative(request.principal, initiative)
        undo = reverse("kpis:initiative_archive", args=[initiative.workspace.key, initiative.key])
        messages.success(request, _("%(key)s is archived.") % {"key": key}, extra_tags=f"undo:{undo}")
    else:
        restore_initiative(request.principal, initiative)
        messages.success(request, _("%(key)s is back.") % {"key": key})
    return redirect(here)
