"""The runs tab: the list with its filters and columns, the best run on top, and the list as a file."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words
from kpis.forms.runs import ColumnsForm, chips_of, kept, selects_of, with_order
from kpis.selectors.run_best import best_of, best_panel
from kpis.selectors.run_list import default_columns, run_list, turn
from kpis.selectors.run_targets import Aims, aims_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from mltrack.rest.problems import Problem
from projects.access import initiative_of
from projects.filters import RunFilters
from projects.models import Initiative
from projects.selectors.run_choices import RunChoices, count_of, run_choices
from projects.selectors.run_export import export_rows
from projects.selectors.runs import chosen_columns, ordered, runs_of
from projects.services.columns import choose_columns

NEWEST: Final = "-ended"
EXAMPLE: Final = """\
curl "{origin}/api/v1/initiatives/{key}/runs/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"external_id": "run-1", "status": "finished", "tags": {{"threshold": "0.7"}},
       "metrics": {{"accuracy": 0.91, "coverage": 0.8, "n": 2000}}}}'"""


@require_safe
@page()
def runs(request: PageRequest, key: str) -> HttpResponse:
    """Show the runs that fit the filters."""
    context = shell(request, key, "runs")
    initiative: Initiative = context["initiative"]
    filters, order, problems = _asked(request, initiative)
    choices, aims = run_choices(initiative), aims_of(initiative)
    columns = _columns(request, initiative, aims, choices)
    scope = f"runs {initiative.pk} {kept(request.GET).urlencode()}"
    cursor = request.GET.get("cursor", "")
    try:
        found = run_list(initiative, filters.qs, aims, columns=columns, scope=scope, order=order, cursor=cursor)
    except Problem:
        messages.info(request, _("The list has changed: this is its first page."))
        return redirect(f"{request.path}?{_without_place(request.GET)}")
    total, more = count_of(filters.qs)
    values = {
        "found": found,
        "total": total,
        "more": more,
        "problems": problems,
        "choices": choices,
        "columns_form": ColumnsForm(choices=choices, chosen=columns),
        "best": best_panel(initiative, context["header"].document, aims),
        "may_connect": request.principal.may(Power.WRITE_CONNECTIONS),
        "example": EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/"), key=key),
    }
    return render(request, "kpis/runs/list.html", context | values | _narrowing(request, filters, choices, order))


@require_safe
@page()
def best(request: PageRequest, key: str) -> HttpResponse:
    """Answer the best run under the targets alone: looking for it among very many runs takes a moment."""
    context = shell(request, key, "runs")
    initiative: Initiative = context["initiative"]
    found = best_of(initiative, aims_of(initiative))
    template = "kpis/runs/_best.html" if request.headers.get("HX-Request") else "kpis/runs/best.html"
    return render(request, template, context | {"best": found})


@require_POST
@page()
def columns(request: PageRequest, key: str) -> HttpResponse:
    """Keep the columns that this person wants to see; nobody else's change."""
    initiative = initiative_of(request.principal, key)
    back = QueryDict(request.POST.get("back", "")[:4000])
    form = ColumnsForm(request.POST, choices=run_choices(initiative), chosen=[])
    try:
        if form.is_valid():
            choose_columns(request.principal, initiative, form.cleaned_data["columns"])
        else:
            messages.error(request, " ".join(str(each) for each in form.errors["columns"]))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(f"{page_of(initiative, 'kpis:runs')}?{_without_place(back)}")


@require_safe
@page()
def runs_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer the filtered list as a file, all pages of it, with the columns that the list shows."""
    initiative = initiative_of(request.principal, key)
    filters, order, _problems = _asked(request, initiative)
    columns = _columns(request, initiative, aims_of(initiative), run_choices(initiative))
    rows = export_rows(filters.qs, order, columns)
    return file_answer(request, rows, f"{initiative.key}-runs")


def _asked(request: PageRequest, initiative: Initiative) -> tuple[RunFilters, str, list[str]]:
    """Return the filters, the order, and in words what of it is not understood and was left out."""
    filters = RunFilters(request.GET, queryset=runs_of(initiative))
    problems = [text for texts in filters.form.errors.values() for text in texts]
    order = request.GET.get("sort", "") or NEWEST
    try:
        ordered(filters.queryset, order)
    except ValueError as error:
        return filters, NEWEST, [*problems, str(error)]
    return filters, order, problems


def _narrowing(request: PageRequest, filters: RunFilters, choices: RunChoices, order: str) -> dict[str, Any]:
    """Return what the page needs to show, change and undo the filters and the order."""
    return {
        "text": request.GET.get("text", ""),
        "metrics": request.GET.getlist("metric"),
        "commit": request.GET.get("commit", ""),
        "selects": selects_of(filters, request.GET, choices, order),
        "chips": chips_of(filters, request.GET, choices),
        "times": {name: turn(name, order) for name in ("started", "ended", "duration")},
        "is_narrowed": bool(kept(request.GET)),
        "back": _without_place(request.GET),
    }


def _columns(request: PageRequest, initiative: Initiative, aims: Aims, choices: RunChoices) -> list[str]:
    user = request.principal.user
    kept_ones = chosen_columns(initiative, user.pk) if user else []
    return kept_ones or default_columns(aims, choices, initiative.sample_size_key)


def _without_place(params: QueryDict) -> str:
    return with_order(kept(params), params).urlencode()
