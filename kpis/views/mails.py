"""Mails about updates: what a person wants, and the rhythm in which updates are asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.mails import FOLLOW, MailForm, OwnRhythmForm, RhythmForm
from kpis.services.mail_choices import choice_of, choose_mails, member_of
from kpis.views.shell import page_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.selectors.rhythms import workspace_rhythm
from projects.services.rhythms import follow_workspace, set_rhythm

WANTED = ("reminders", "alerts", "digest")
WHEN = ("weekday", "hour", "zone")


@page()
def mails(request: PageRequest) -> HttpResponse:
    """Show and change which mails one wants of this workspace."""
    member = member_of(request.principal)
    kept = choice_of(member)
    initial = {name: getattr(kept, name) for name in (*WANTED, *WHEN)}
    form = MailForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        choose_mails(member, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("kpis:mails", workspace=request.principal.workspace.key)
    return _render(request, mail_form=form)


@require_POST
@page(Power.WRITE_INITIATIVES)
def rhythm(request: PageRequest) -> HttpResponse:
    """Set how often updates of the workspace's initiatives are asked for."""
    form = RhythmForm(request.POST)
    if not form.is_valid():
        return _render(request, rhythm_form=form)
    set_rhythm(request.principal, None, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("kpis:mails", workspace=request.principal.workspace.key)


@require_POST
@page(Power.WRITE_INITIATIVES)
def own_rhythm(request: PageRequest, key: str) -> HttpResponse:
    """Set how often an update of one initiative is asked for, or let it follow the workspace."""
    initiative, form = initiative_of(request.principal, key), OwnRhythmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a rhythm, a weekday, an hour and a time zone."))
    elif form.cleaned_data["every"] == FOLLOW:
        follow_workspace(request.principal, initiative)
        messages.success(request, _("It follows the workspace."))
    else:
        set_rhythm(request.principal, initiative, **form.cleaned_data)
        messages.success(request, _("Saved."))
    return redirect(page_of(initiative, "kpis:activity"))


def _render(
    request: PageRequest, *, mail_form: MailForm | None = None, rhythm_form: RhythmForm | None = None
) -> HttpResponse:
    principal = request.principal
    kept, choice = workspace_rhythm(principal.workspace), choice_of(member_of(principal))
    initial = (
        {name: getattr(kept, name) for name in ("every", *WHEN)}
        if kept
        else {"every": "off", "weekday": 4, "hour": 10, "zone": principal.workspace.zone}
    )
    wanted = {name: getattr(choice, name) for name in (*WANTED, *WHEN)}
    context = {
        "mail_form": mail_form or MailForm(initial=wanted),
        "rhythm_form": rhythm_form or RhythmForm(initial=initial),
        "kept": kept,
        "may_write": principal.may(Power.WRITE_INITIATIVES),
        "tab": "mails",
    }
    bound = any(form is not None and form.is_bound for form in (mail_form, rhythm_form))
    return render(request, "kpis/mails/index.html", context, status=422 if bound else 200)
