"""What an initiative moved in a KPI: asked, answered and kept; and experiments that say so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.access import contribution_of, result_of
from kpis.forms.errors import show_errors
from kpis.forms.realised import ExperimentForm, MeasureForm
from kpis.models import Contribution
from kpis.selectors.contributions import control_choices
from kpis.selectors.realised import live_since
from kpis.selectors.value_results import earlier_answers, experiments_on, result_rows, spent_on, view_of
from kpis.services.experiments import record_experiment
from kpis.services.results import keep_result
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import initiative_of

EXAMPLE = """curl "$MLTRACK_URL/api/v1/initiatives/{key}/experiments/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"kpi": "{kpi}", "name": "Calls by score", "outcome": "shares", "treated_n": 1000, "treated": 560,
       "control_n": 1000, "control": 480, "starts_on": "2027-01-04", "ends_on": "2027-01-31"}}'"""


@page(Power.READ, write=Power.WRITE_TARGETS)
def measure(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Show what was answered of a KPI; POST asks anew, and keeps the answer whatever it is."""
    context = shell(request, key, "value")
    tie = contribution_of(context["initiative"], kpi)
    form = _measure_form(request, tie)
    if request.method == "POST" and form.is_valid():
        try:
            given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
            kept = keep_result(request.principal, tie.initiative, tie.kpi, **given)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return redirect(page_of(tie.initiative, "kpis:result", kept.public_id))
    views = [view_of(each, tie.kpi, tie.expected) for each in earlier_answers(tie.initiative, tie.kpi)]
    answer = context | {"tie": tie, "form": form, "views": views}
    return render(request, "kpis/value/measure.html", answer, status=422 if form.is_bound else 200)


def _measure_form(request: PageRequest, tie: Contribution) -> MeasureForm:
    posted = request.method == "POST"
    return MeasureForm(
        request.POST if posted else None,
        kpis=control_choices(tie.kpi),
        experiments=experiments_on(tie.initiative, tie.kpi),
        initial={} if posted else {"since": live_since(tie.initiative, tie.kpi.zone)},
    )


@page(Power.WRITE_READINGS)
def experiment(request: PageRequest, key: str, kpi: str) -> HttpResponse:
    """Enter what an experiment measured."""
    context = shell(request, key, "value")
    tie = contribution_of(context["initiative"], kpi)
    form = ExperimentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            record_experiment(request.principal, tie.initiative, tie.kpi, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The experiment is kept. Choose it as the method to count it."))
            return redirect(page_of(tie.initiative, "kpis:measure", tie.kpi.key))
    example = EXAMPLE.format(key=tie.initiative.key, kpi=tie.kpi.key)
    answer: dict[str, Any] = context | {"tie": tie, "form": form, "example": example}
    return render(request, "kpis/value/experiment.html", answer, status=422 if form.is_bound else 200)


@require_safe
@page()
def result(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show one answer with all of its evidence."""
    context = shell(request, key, "value")
    found = result_of(context["initiative"], public_id)
    view = view_of(found, found.kpi, None, spent_on(context["initiative"]))
    return render(request, "kpis/value/result.html", context | {"view": view, "result": found})


@require_safe
@page()
def results_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer every kept result of an initiative as a file."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, result_rows(initiative), f"{initiative.key}-results")
