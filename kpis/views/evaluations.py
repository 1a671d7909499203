"""One evaluation: its curve, a threshold to try, and what that moves."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.charts import evaluation_figure
from kpis.forms.evaluations import asked_threshold
from kpis.scoring.evaluations.report import drawn_curve
from kpis.scoring.evaluations.says import curve_says
from kpis.selectors.evaluation_page import EvaluationView, evaluation_view, history_of
from kpis.selectors.evaluation_rows import curve_rows
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from projects.access import evaluation_of, initiative_of


@require_safe
@page()
def evaluation(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show an evaluation, at its operating point or at the threshold of the address."""
    context = shell(request, key, "evaluations")
    initiative = context["initiative"]
    threshold, problem = asked_threshold(request.GET)
    view = evaluation_view(initiative, evaluation_of(initiative, public_id), threshold)
    history = history_of(view)
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    back = {"label": _("Evaluations"), "url": page_of(initiative, "kpis:evaluations")}
    values = {
        "view": view,
        "evaluation": view.evaluation,
        "problem": problem,
        "caption": curve_says(drawn_curve(view.report.facts)),
        "columns": [_("Threshold"), _("Coverage"), _("Accuracy"), _("95 % interval"), _("n decided")],
        "rows": curve_rows(view.report),
        "history": history,
        "over_time": history.rows([part.name for part in view.report.slices]),
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/evaluations/evaluation.html", context | values)


@require_safe
@page()
def point(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Answer what a threshold gives, as a part of the page."""
    view = _view(request, key, public_id)
    return render(request, "kpis/evaluations/_point.html", _part(request, view))


@require_safe
@page()
def figure(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Answer the curve as JSON with an ETag."""
    drawn = json.dumps(evaluation_figure(_view(request, key, public_id).report), allow_nan=False)
    etag = f'"{hashlib.sha256(drawn.encode()).hexdigest()[:24]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(drawn, content_type="application/json")
    response.headers["ETag"], response.headers["Cache-Control"] = etag, "private, no-cache"
    return response


def _view(request: PageRequest, key: str, public_id: str) -> EvaluationView:
    initiative = initiative_of(request.principal, key)
    return evaluation_view(initiative, evaluation_of(initiative, public_id), asked_threshold(request.GET)[0])


def _part(request: PageRequest, view: EvaluationView) -> dict[str, Any]:
    initiative = view.evaluation.initiative
    return {"view": view, "evaluation": view.evaluation, "initiative": initiative}
