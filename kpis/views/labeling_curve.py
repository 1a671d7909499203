"""The learning curve: how many labels the accuracy target needs, from runs at several training sizes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.charts import learning_figure
from kpis.forms.labeling import CurveForm
from kpis.scoring.labeling.training_sizes import SIZE_KEYS
from kpis.selectors.learning_curve import learning_curve
from kpis.views.figures import figure_answer
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from projects.access import initiative_of


@require_safe
@page()
def curve(request: PageRequest, key: str) -> HttpResponse:
    """Show the curve against the target in force, or against the one that is asked for."""
    context = shell(request, key, "labeling")
    initiative = context["initiative"]
    form = CurveForm(request.GET if "target" in request.GET else None)
    asked = form.cleaned_data["target"] if form.is_valid() else None
    found = learning_curve(initiative, timezone.now(), asked)
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    back = {"label": _("Labeling"), "url": page_of(initiative, "kpis:labeling")}
    values: dict[str, Any] = {
        "found": found,
        "form": form if form.is_bound else CurveForm(initial={"target": found.target}),
        "columns": [_("Labels"), _("Accuracy"), _("Cases")],
        "rows": [(each.labels, f"{each.value:.4g}", each.n or "–") for each in found.points],
        "keys": SIZE_KEYS,
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/labeling/curve.html", context | values, status=422 if form.errors else 200)


@require_safe
@page()
def curve_figure(request: PageRequest, key: str) -> HttpResponse:
    """Answer the curve's figure."""
    form = CurveForm(request.GET if "target" in request.GET else None)
    asked = form.cleaned_data["target"] if form.is_valid() else None
    initiative = initiative_of(request.principal, key)
    return figure_answer(request, learning_figure(learning_curve(initiative, timezone.now(), asked)))
