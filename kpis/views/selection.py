"""Beside the targets: other names of metrics, plain baselines, which runs count, and which one is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.errors import in_words, show_errors
from kpis.forms.targets import AliasForm, BaselineForm, CandidateForm, RuleForm
from kpis.selectors.targets_page import rules_of
from kpis.services.aliases import remove_alias, set_alias
from kpis.services.baselines import state_baseline
from kpis.views.shell import page_of, shell
from kpis.views.targets import connection_choices, render_targets
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative
from projects.selectors.connections import connection_rows
from projects.services.initiatives import edit_initiative
from projects.services.selection import set_selection
from projects.services.versions import VersionConflict


def _save(
    request: PageRequest, key: str, name: str, form: Form, write: Callable[[Initiative, dict[str, Any]], object]
) -> HttpResponse:
    """Write what a form says; show the tab again with what is wrong."""
    context = shell(request, key, "targets")
    if form.is_valid():
        try:
            write(context["initiative"], form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        except VersionConflict:
            form.add_error(None, _("Somebody changed this while you were editing. Look at it again, then save."))
        else:
            messages.success(request, _("Saved. The verdict follows within seconds."))
            return redirect(page_of(context["initiative"], "kpis:targets"))
    return render_targets(request, context, **{name: form})


@require_POST
@page(Power.WRITE_TARGETS)
def alias(request: PageRequest, key: str) -> HttpResponse:
    """Let a name stand for a metric."""

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        return set_alias(request.principal, initiative, **values)

    return _save(request, key, "alias", AliasForm(request.POST), write)


@require_POST
@page(Power.WRITE_TARGETS)
def alias_remove(request: PageRequest, key: str) -> HttpResponse:
    """Forget another name of a metric."""
    initiative = initiative_of(request.principal, key)
    if remove_alias(request.principal, initiative, request.POST.get("alias", "")):
        messages.success(request, _("Removed."))
    return redirect(page_of(initiative, "kpis:targets"))


@require_POST
@page(Power.WRITE_TARGETS)
def baseline(request: PageRequest, key: str) -> HttpResponse:
    """State what the simplest thing achieves."""

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        return state_baseline(request.principal, initiative, **values)

    return _save(request, key, "baseline", BaselineForm(request.POST), write)


@require_POST
@page(Power.WRITE_INITIATIVES)
def rule(request: PageRequest, key: str) -> HttpResponse:
    """Let more runs count."""
    rows = connection_rows(request.principal.workspace, counts_held=False)
    form = RuleForm(request.POST, connections=connection_choices(row.connection for row in rows))

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        present = [each.values for each in rules_of(initiative)]
        return set_selection(request.principal, initiative, [*present, form.rule()])

    return _save(request, key, "rule", form, write)


@require_POST
@page(Power.WRITE_INITIATIVES)
def rule_remove(request: PageRequest, key: str) -> HttpResponse:
    """Let the runs of one rule count no longer."""
    initiative = initiative_of(request.principal, key)
    try:
        unwanted = json.loads(request.POST.get("rule", ""))
    except (ValueError, RecursionError):
        return HttpResponseBadRequest("Name the rule.")
    present = [each.values for each in rules_of(initiative)]
    try:
        if unwanted in present:
            present.remove(unwanted)
            set_selection(request.principal, initiative, present)
            messages.success(request, _("Removed. Its runs no longer count here."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:targets"))


@require_POST
@page(Power.WRITE_INITIATIVES)
def candidate(request: PageRequest, key: str) -> HttpResponse:
    """Choose which run or model version the verdict is about."""

    def write(initiative: Initiative, values: dict[str, Any]) -> object:
        version = values.pop("version")
        return edit_initiative(request.principal, initiative, values, expected_version=version)

    return _save(request, key, "candidate", CandidateForm(request.POST), write)
