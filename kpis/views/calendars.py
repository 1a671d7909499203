"""Dates for calendar programs: one's own links in the settings, and the feed that a link opens."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.calendars import CalendarForm
from kpis.selectors.calendar_entries import calendar_entries
from kpis.services.calendar_links import create_link, links_of, note_use, read_link, revoke_link
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.throttling import may_read_calendar
from mltrack.ical import calendar_text
from projects.selectors.lists import initiative_list


@page()
def links(request: PageRequest) -> HttpResponse:
    """List one's own links; POST makes one and shows its address once."""
    principal, address = request.principal, ""
    named = initiative_list(principal, {}).order_by("key").values_list("key", "name")
    form = CalendarForm(request.POST if request.method == "POST" else None, initiatives=named)
    if form.is_bound and form.is_valid():
        try:
            _link, secret = create_link(principal, form.cleaned_data["initiative"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            address = request.build_absolute_uri(reverse("calendar", args=[secret]))
            form = CalendarForm(initiatives=named)
    context = {"form": form, "address": address, "links": links_of(principal), "tab": "calendars"}
    return render(request, "kpis/calendars/index.html", context, status=422 if form.is_bound else 200)


@require_POST
@page()
def revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """End one of one's own links."""
    revoke_link(request.principal, public_id)
    messages.success(request, _("The link no longer works."))
    return redirect("kpis:calendars", workspace=request.principal.workspace.key)


@require_safe
def feed(request: HttpRequest, calendar: str) -> HttpResponse:
    """Show the days behind a link. No session or cookie is looked at."""
    link = read_link(calendar)
    rate = may_read_calendar(link.public_id)
    if rate.used > rate.limit:
        return HttpResponse(status=429, headers={"Retry-After": str(rate.reset)})
    note_use(link)
    workspace = link.member.workspace
    name = f"{link.initiative.key} {link.initiative.name}" if link.initiative else workspace.name
    text = calendar_text(name, calendar_entries(workspace, link.initiative))
    headers = {"X-Robots-Tag": "noindex, nofollow"}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
