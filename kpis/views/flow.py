"""How an initiative's tasks flow, as a page, figures and a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.charts.forecasts import flow_figure, throughput_figure
from kpis.selectors.flow_page import flow_history, flow_lines, flow_page
from kpis.views.figures import figure_answer
from kpis.views.forecasts import way_back
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer
from projects.access import initiative_of


@require_safe
@page()
def flow(request: PageRequest, key: str) -> HttpResponse:
    """Show throughput, cycle times, cumulative flow, ageing and effort of the tasks."""
    context = shell(request, key, "delivery")
    initiative = context["initiative"]
    found = flow_page(initiative, timezone.now())
    values: dict[str, Any] = {
        "flow": found,
        "ageing": [(row, page_of(initiative, "kpis:task", row.task.key)) for row in found.ageing],
        "tasks_url": page_of(initiative, "kpis:delivery"),
        "week_columns": [_("Week from"), _("Done"), _("Added"), _("Cancelled"), _("Scope grew by")],
        "flow_columns": [_("End of"), _("Waiting"), _("Being done"), _("Done"), _("Opened again")],
        "crumbs": [*context["crumbs"], *way_back(initiative)],
    }
    return render(request, "kpis/flow/flow.html", context | values)


@require_safe
@page()
def throughput(request: PageRequest, key: str) -> HttpResponse:
    """Answer the figure of the weeks."""
    weeks, _days = flow_history(initiative_of(request.principal, key), timezone.now())
    return figure_answer(request, throughput_figure(weeks))


@require_safe
@page()
def cumulative(request: PageRequest, key: str) -> HttpResponse:
    """Answer the figure of the cumulative flow."""
    _weeks, days = flow_history(initiative_of(request.principal, key), timezone.now())
    return figure_answer(request, flow_figure(days))


@require_safe
@page()
def flow_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer every full week as a file."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, flow_lines(initiative, timezone.now()), f"{initiative.key}-flow")
