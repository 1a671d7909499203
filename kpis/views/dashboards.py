"""Dashboards: the list, each as a page, and what it is called. Its panels are composed in `panels`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.access import dashboard_of
from kpis.forms.dashboards import RANGE_WORDS, DashboardForm
from kpis.forms.errors import in_words, show_errors
from kpis.models import Dashboard
from kpis.selectors.dashboard_page import DashboardPage, dashboard_page
from kpis.selectors.dashboards import composed_of, dashboard_list
from kpis.services.dashboards import archive_dashboard, copy_dashboard, create_dashboard
from kpis.views.layouts import TERMS, chips_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@require_safe
@page()
def index(request: PageRequest) -> HttpResponse:
    """Show the dashboards in use, or those put away with `archived=1`."""
    archived = request.GET.get("archived") == "1"
    found = dashboard_list(request.principal, archived=archived)
    tabs = [
        {"label": label, "url": url, "current": current}
        for label, url, current in ((_("In use"), "?", not archived), (_("Archived"), "?archived=1", archived))
    ]
    may_write = request.principal.may(Power.WRITE_TARGETS)
    context = {"found": found, "archived": archived, "tabs": tabs, "may_write": may_write}
    return render(request, "kpis/dashboards/list.html", context)


@page(Power.WRITE_TARGETS)
def create(request: PageRequest) -> HttpResponse:
    """Make an empty dashboard, and lead to its panels."""
    form = DashboardForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = create_dashboard(request.principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(name)s is made. Add its panels next.") % {"name": made.name})
            return redirect(address(made, "kpis:dashboard_compose"))
    return render(request, "kpis/dashboards/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@page()
def dashboard(request: PageRequest, key: str) -> HttpResponse:
    """Show a dashboard; `q` filters it, `range` names a period."""
    found = dashboard_page(request.principal, key, request.GET)
    kept = {"range": found.range.name} if found.range.is_chosen else {}
    context = {
        "page": found,
        "kept": kept,
        "asked": urlencode({**kept, **({"q": found.q} if found.q and not found.error else {})}),
        "terms": TERMS,
        "chips": chips_of(found.filters, **kept),
        "ranges": _ranges(found),
        "may_write": request.principal.may(Power.WRITE_TARGETS),
        "crumbs": crumbs(request),
    }
    return render(request, "kpis/dashboards/detail.html", context)


@require_POST
@page(Power.WRITE_TARGETS)
def copy(request: PageRequest, key: str) -> HttpResponse:
    """Make a dashboard of one's own with the same panels, and lead to them."""
    source = composed_of(request.principal, key)
    try:
        made = copy_dashboard(request.principal, source)
    except ValidationError as error:
        messages.error(request, in_words(error))
        return redirect("kpis:dashboard", request.principal.workspace.key, key)
    messages.success(request, _("This copy of %(name)s is yours to change.") % {"name": source.name})
    return redirect(address(made, "kpis:dashboard_compose"))


@require_POST
@page(Power.WRITE_TARGETS)
def archive(request: PageRequest, key: str) -> HttpResponse:
    """Put a dashboard away with `archived`, bring it back without."""
    found = dashboard_of(request.principal, key)
    archived = bool(request.POST.get("archived"))
    archive_dashboard(request.principal, found, archived=archived)
    if archived:
        undo = address(found, "kpis:dashboard_archive")
        messages.success(request, _("%(name)s is archived.") % {"name": found.name}, extra_tags=f"undo:{undo}")
        return redirect("kpis:dashboard_list", request.principal.workspace.key)
    messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return redirect(address(found, "kpis:dashboard"))


def address(found: Dashboard, view: str, *rest: str) -> str:
    """Return the address of one of a stored dashboard's pages."""
    return reverse(view, args=[found.workspace.key, found.key, *rest])


def crumbs(request: PageRequest, found: Dashboard | None = None) -> list[dict[str, Any]]:
    """Return the way to a dashboard, or to one of its own pages."""
    home = {"label": _("Dashboards"), "url": reverse("kpis:dashboard_list", args=[request.principal.workspace.key])}
    return [home] if found is None else [home, {"label": found.name, "url": address(found, "kpis:dashboard")}]


def _ranges(found: DashboardPage) -> list[dict[str, Any]]:
    kept = {"q": found.q} if found.q else {}
    every = {"": _("All time"), **RANGE_WORDS}
    return [
        {
            "label": label,
            "url": "?" + urlencode({**kept, **({"range": name} if name else {})}),
            "current": name == found.range.name,
        }
        for name, label in every.items()
    ]
