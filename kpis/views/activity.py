"""The activity tab: what happened, people's words, and moves between stages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.activity import MoveForm, UpdateForm
from kpis.forms.errors import show_errors
from kpis.forms.mails import FOLLOW, OwnRhythmForm
from kpis.selectors.activity import stage_changes_of, timeline_of
from kpis.selectors.due_mails import reminders_of
from kpis.selectors.updates import updates_of
from kpis.selectors.week import week_of
from kpis.services.updates import post_weekly_update
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.models import Initiative
from projects.selectors.rhythms import rhythm_of
from projects.services.initiatives import change_stage


@require_safe
@page()
def activity(request: PageRequest, key: str) -> HttpResponse:
    """Show the newest events, or with `before` those before one of them."""
    return _render(request, shell(request, key, "activity"))


@require_POST
@page(Power.ATTEST)
def update(request: PageRequest, key: str) -> HttpResponse:
    """Post a word on how it goes."""
    context, form = shell(request, key, "activity"), UpdateForm(request.POST)
    if form.is_valid():
        try:
            post_weekly_update(request.principal, context["initiative"], **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Posted."))
            return redirect(page_of(context["initiative"], "kpis:activity"))
    return _render(request, context, update_form=form)


@require_POST
@page(Power.WRITE_INITIATIVES)
def move(request: PageRequest, key: str) -> HttpResponse:
    """Move to another stage or state, now or as it happened."""
    context, form = shell(request, key, "activity"), MoveForm(request.POST)
    if form.is_valid():
        try:
            change_stage(request.principal, context["initiative"], **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Moved."))
            return redirect(page_of(context["initiative"], "kpis:activity"))
    return _render(request, context, move_form=form)


def _render(
    request: PageRequest,
    context: dict[str, Any],
    *,
    update_form: UpdateForm | None = None,
    move_form: MoveForm | None = None,
) -> HttpResponse:
    initiative, header = context["initiative"], context["header"]
    before = request.GET.get("before", "")
    health = header.health if header.health != "no_data" else "on_track"
    values = {
        "timeline": timeline_of(initiative, int(before) if before.isdecimal() and len(before) < 18 else None),
        "stages": stage_changes_of(initiative),
        "updates": updates_of(initiative),
        "week": week_of(initiative) if context["may"]["contribute"] else None,
        "reminders": reminders_of(initiative),
        "rhythm_form": _rhythm_form(initiative) if context["may"]["write"] else None,
        "update_form": update_form or UpdateForm(initial={"health": health}),
        "move_form": move_form or MoveForm(initial={"stage": initiative.stage, "state": initiative.state}),
    }
    status = 422 if update_form or move_form else 200
    return render(request, "kpis/initiative/activity.html", context | values, status=status)


def _rhythm_form(initiative: Initiative) -> OwnRhythmForm:
    kept = rhythm_of(initiative)
    every = kept.every if kept.initiative_id else FOLLOW
    return OwnRhythmForm(initial={"every": every, "weekday": kept.weekday, "hour": kept.hour, "zone": kept.zone})
