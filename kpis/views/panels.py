"""Composing a dashboard: its name, and its panels in order; each deed is a form, and leads back to where one was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import dashboard_of, panel_of
from kpis.forms.dashboards import KIND_WORDS, PLACES, DashboardForm, PanelForm
from kpis.forms.errors import in_words, show_errors
from kpis.models import Dashboard, Panel
from kpis.scoring.dashboards.kinds import KINDS, MOST_PANELS
from kpis.selectors.dashboards import dashboard_to_show, kpi_names
from kpis.services.dashboards import FIELDS, edit_dashboard
from kpis.services.panels import Way, add_panel, edit_panel, move_panel, remove_panel
from kpis.views.dashboards import address, crumbs
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@page(Power.WRITE_TARGETS)
def compose(request: PageRequest, key: str) -> HttpResponse:
    """Show the panels in order, to be added, changed, moved and removed; a POST renames the dashboard.

    `panel` and `did` say what was done last, so that the focus is where it was.
    """
    found = dashboard_to_show(request.principal, key)
    form = DashboardForm(request.POST if request.method == "POST" else None, initial=_named(found))
    if form.is_bound and form.is_valid():
        try:
            edit_dashboard(request.principal, found, form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(address(found, "kpis:dashboard_compose"))
    context = {
        "dashboard": found,
        "form": form,
        "panels": [(each, KIND_WORDS.get(each.kind, each.kind)) for each in found.shown_panels],
        "kinds": KIND_WORDS.items(),
        "is_full": len(found.shown_panels) >= MOST_PANELS,
        "at": request.GET.get("panel", ""),
        "did": request.GET.get("did", ""),
        "crumbs": crumbs(request, found),
    }
    return render(request, "kpis/dashboards/compose.html", context, status=422 if form.is_bound else 200)


@page(Power.WRITE_TARGETS)
def create(request: PageRequest, key: str) -> HttpResponse:
    """Add a panel of the `kind` that was chosen."""
    found = dashboard_of(request.principal, key)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in KINDS:
        raise Http404("No such kind of panel.")
    form = PanelForm(kind, kpi_names(found.workspace), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = add_panel(request.principal, found, form.given())
        except ValidationError as error:
            show_errors(form, error, PLACES)
        else:
            return _back(found, made, "added")
    return _form(request, found, form, _("Add panel"))


@page(Power.WRITE_TARGETS)
def edit(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Change a panel's title, width and settings."""
    found = dashboard_of(request.principal, key)
    panel = panel_of(found, public_id)
    if panel.position is None or panel.kind not in KINDS:
        raise Http404("No such panel on this dashboard.")
    data = request.POST if request.method == "POST" else None
    form = PanelForm(panel.kind, _choices(found, panel), data, panel=panel)
    if form.is_bound and form.is_valid():
        try:
            edit_panel(request.principal, panel, form.given())
        except ValidationError as error:
            show_errors(form, error, PLACES)
        else:
            return _back(found, panel, "edited")
    return _form(request, found, form, _("Save"))


@require_POST
@page(Power.WRITE_TARGETS)
def move(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Move a panel one place: `to` is earlier or later."""
    found = dashboard_of(request.principal, key)
    panel = panel_of(found, public_id)
    way: Way = "earlier" if request.POST.get("to") == "earlier" else "later"
    move_panel(request.principal, panel, way)
    return _back(found, panel, way)


@require_POST
@page(Power.WRITE_TARGETS)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Remove a panel with `removed`, bring it back where it was without."""
    found = dashboard_of(request.principal, key)
    panel = panel_of(found, public_id)
    removed = bool(request.POST.get("removed"))
    try:
        remove_panel(request.principal, panel, removed=removed)
    except ValidationError as error:
        messages.error(request, in_words(error))
        return redirect(address(found, "kpis:dashboard_compose"))
    if removed:
        undo = address(found, "kpis:panel_remove", panel.public_id)
        messages.success(request, _("%(title)s is removed.") % {"title": panel.title}, extra_tags=f"undo:{undo}")
        return redirect(address(found, "kpis:dashboard_compose") + "?did=removed")
    return _back(found, panel, "restored")


def _named(found: Dashboard) -> dict[str, str]:
    return {name: getattr(found, name) for name in FIELDS}


def _choices(found: Dashboard, panel: Panel) -> list[tuple[str, str]]:
    """Return the KPIs to choose from, and the one that was chosen where it was put away meanwhile."""
    names, chosen = kpi_names(found.workspace), panel.settings.get("kpi", "")
    return names if not chosen or chosen in dict(names) else [(chosen, chosen), *names]


def _back(found: Dashboard, panel: Panel, did: str) -> HttpResponse:
    return redirect(f"{address(found, 'kpis:dashboard_compose')}?panel={panel.public_id}&did={did}")


def _form(request: PageRequest, found: Dashboard, form: PanelForm, submit: str) -> HttpResponse:
    context: dict[str, Any] = {
        "dashboard": found,
        "form": form,
        "kind": KIND_WORDS[form.known],
        "submit": submit,
        "cancel": address(found, "kpis:dashboard_compose"),
        "needs_kpi": form.lacks_kpis,
        "crumbs": crumbs(request, found),
    }
    return render(request, "kpis/dashboards/panel.html", context, status=422 if form.is_bound else 200)
