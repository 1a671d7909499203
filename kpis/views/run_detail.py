"""One run: what it reports, what the targets say of it, and the histories of its metrics."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.charts import Point, metric_history
from kpis.selectors.run_page import metric_named, run_page, target_value
from kpis.selectors.run_targets import aims_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.formats import number
from projects.access import initiative_of, run_of
from projects.services.histories import History
from projects.services.histories import metric_history as history_of
from projects.services.texts import is_web_address

MOST_CHARTS: Final = 12


@require_safe
@page()
def run(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show a run; `chart` names metrics whose history is drawn."""
    context = shell(request, key, "runs")
    initiative = context["initiative"]
    found = run_of(request.principal, initiative, public_id)
    back = {"label": _("Runs"), "url": page_of(initiative, "kpis:runs")}
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    values = {
        "run": found,
        "status": "deleted" if found.deleted_at else found.status,
        "server_url": found.url if is_web_address(found.url) else "",
        "page": run_page(initiative, found, aims_of(initiative), request.GET.getlist("chart")[:MOST_CHARTS]),
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/runs/run.html", context | values)


@require_safe
@page()
def history(request: PageRequest, key: str, public_id: str) -> JsonResponse:
    """Answer the figure of a metric's history, asked of the run's server now; `problem` says why it is only a part."""
    initiative = initiative_of(request.principal, key)
    found = run_of(request.principal, initiative, public_id)
    name = request.GET.get("metric", "")
    if metric_named(found, name) is None:
        raise Http404("No such metric in this run.")
    history = history_of(found, name)
    points, axis = _points(history)
    figure = metric_history(points, name, target_value(name, aims_of(initiative)), axis)
    return JsonResponse({**figure, "problem": _problem(history)})


def _points(history: History) -> tuple[list[Point], str]:
    """Return the points over steps, or over time where every point is logged at the same step."""
    steps = {each.step for each in history.points}
    if len(steps) > 1 or not all(each.time for each in history.points):
        return [(each.step, each.value) for each in history.points], _("Step")
    return [(each.time, each.value) for each in history.points], _("Time")


def _problem(history: History) -> str:
    if history.cut_at is not None:
        return _("Only the first %(n)s points were read: its server has more of them.") % {"n": number(history.cut_at)}
    if not history.problem:
        return ""
    return _("Only the latest value is shown, because its server could not be asked: %(why)s") % {
        "why": history.problem
    }
