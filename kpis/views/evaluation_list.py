"""The evaluations tab: the list with its filters, what was tried so far, and when to stop."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words
from kpis.forms.evaluations import EvaluationFilter, StopRuleForm
from kpis.selectors.attempts import attempts_of
from kpis.selectors.evaluation_export import attempt_rows, evaluation_rows
from kpis.selectors.evaluation_list import datasets_of, evaluation_page_of
from kpis.selectors.evaluation_page import targets_in_force
from kpis.services.stop_rules import remove_stop_rule, set_stop_rule
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from mltrack.rest.problems import Problem
from projects.access import initiative_of

CLI: Final = """\
# predictions.csv: prediction,label,confidence,region, a row per case
python mltrack.py evaluate --initiative {key} --file predictions.csv \\
  --slice region --purpose test"""
CURL: Final = """\
# Or counts alone, where rows must stay: how many right and wrong at each confidence
curl "{origin}/api/v1/initiatives/{key}/evaluations/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"external_id": "nightly-1", "purpose": "test",
       "dataset": {{"name": "letters", "digest": "9f2c"}}, "slice_columns": ["region"],
       "counts": [{{"slices": {{"region": "EU"}}, "confidence": 0.95, "right": 492, "wrong": 8}}]}}'"""


@require_safe
@page()
def evaluations(request: PageRequest, key: str) -> HttpResponse:
    """Show the evaluations that fit the filters, newest first, and the attempt ledger."""
    context = shell(request, key, "evaluations")
    initiative = context["initiative"]
    filters = EvaluationFilter(request.GET, datasets=datasets_of(initiative))
    asked, targets = filters.asked(), targets_in_force(initiative)
    try:
        found = evaluation_page_of(initiative, targets, **asked, cursor=request.GET.get("cursor", ""))
    except Problem:
        messages.info(request, _("The list has changed: this is its first page."))
        return redirect(request.path)
    attempts = attempts_of(initiative, asked["purpose"] or "test", targets)
    rule = attempts.rule
    initial = {"metric": rule.metric, "gain": rule.gain, "attempts": rule.attempts} if rule else {}
    origin = request.build_absolute_uri("/").rstrip("/")
    values = {
        "found": found,
        "filters": filters,
        "is_narrowed": any(asked.values()),
        "attempts": attempts,
        "rule_form": StopRuleForm(initial=initial),
        "example": f"{CLI.format(key=initiative.key)}\n\n{CURL.format(origin=origin, key=initiative.key)}",
    }
    return render(request, "kpis/evaluations/list.html", context | values)


@require_safe
@page()
def evaluations_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer all evaluations that fit the filters as a file."""
    initiative = initiative_of(request.principal, key)
    asked = EvaluationFilter(request.GET, datasets=datasets_of(initiative)).asked()
    rows = evaluation_rows(initiative, targets_in_force(initiative), **asked)
    return file_answer(request, rows, f"{initiative.key}-evaluations")


@require_safe
@page()
def attempts_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer the attempt ledger of the purpose that is filtered for, else of tests, as a file."""
    initiative = initiative_of(request.principal, key)
    asked = EvaluationFilter(request.GET, datasets=datasets_of(initiative)).asked()
    found = attempts_of(initiative, asked["purpose"] or "test", targets_in_force(initiative))
    return file_answer(request, attempt_rows(found), f"{initiative.key}-attempts")


@require_POST
@page(Power.WRITE_TARGETS)
def stop_rule(request: PageRequest, key: str) -> HttpResponse:
    """Set when to stop trying, or, with `remove`, go on without a rule."""
    initiative = initiative_of(request.principal, key)
    form = StopRuleForm(request.POST)
    try:
        if request.POST.get("remove"):
            remove_stop_rule(request.principal, initiative)
        elif form.is_valid():
            set_stop_rule(request.principal, initiative, **form.cleaned_data)
            messages.success(request, _("The stop rule is set."))
        else:
            messages.error(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:evaluations"))
