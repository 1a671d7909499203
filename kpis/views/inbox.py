"""A person's inbox: notices, read, unread or snoozed."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kpis.access import notice_of
from kpis.forms.alerts import SnoozeForm
from kpis.selectors.inbox import PARTS, Part, inbox
from kpis.services.notices import read_all, read_notice, snooze_notice
from mltrack.accounts.pages import PageRequest, page

WORDS: Final = {"unread": gettext_lazy("Unread"), "snoozed": gettext_lazy("Snoozed"), "all": gettext_lazy("All")}


@require_safe
@page()
def index(request: PageRequest) -> HttpResponse:
    """Show the notices; `show` names the part."""
    part: Part = next((each for each in PARTS if each == request.GET.get("show")), "unread")
    found = inbox(request.principal, part)
    tabs = [
        {"label": WORDS[each], "url": f"?show={each}", "current": each == part, "count": found.counts[each]}
        for each in PARTS
    ]
    context = {"found": found, "part": part, "tabs": tabs, "snooze": SnoozeForm()}
    return render(request, "kpis/inbox/index.html", context)


@require_POST
@page()
def read(request: PageRequest, public_id: str) -> HttpResponse:
    """Mark a notice as read with `read`, as unread without."""
    is_read = bool(request.POST.get("read"))
    found = read_notice(notice_of(request.principal, public_id), read=is_read)
    if is_read:
        undo = reverse("kpis:notice_read", args=[request.principal.workspace.key, found.public_id])
        messages.success(request, _("Read."), extra_tags=f"undo:{undo}")
    return _back(request)


@require_POST
@page()
def read_every(request: PageRequest) -> HttpResponse:
    """Mark every notice as read."""
    read_all(request.principal)
    return _back(request)


@require_POST
@page()
def snooze(request: PageRequest, public_id: str) -> HttpResponse:
    """Put a notice out of the inbox for a while."""
    notice, form = notice_of(request.principal, public_id), SnoozeForm(request.POST)
    if form.is_valid():
        snooze_notice(notice, form.cleaned_data["nap"])
        messages.success(request, _("It comes back."))
    else:
        messages.error(request, _("Choose for how long."))
    return _back(request)


def _back(request: PageRequest) -> HttpResponse:
    return redirect("kpis:inbox", workspace=request.principal.workspace.key)
