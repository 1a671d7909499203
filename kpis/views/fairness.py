"""The fairness audit of an evaluation, and its numbers as files."""

from __future__ import annotations

import math
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.scoring.evaluations.audit_document import audit_rows
from kpis.scoring.evaluations.audit_words import PARITIES, headline, method, shown_rates
from kpis.scoring.evaluations.cell_rows import cell_rows, part_rows
from kpis.selectors.evaluation_fairness import fairness_audit
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer
from projects.access import evaluation_of, initiative_of
from projects.selectors.evaluations import tally_of

EXAMPLE: Final = """\
curl "{origin}/api/v1/initiatives/{key}/evaluations/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"favourable": "yes", "group_columns": ["sex"], "cells": [
       {{"groups": ["F"], "positive": true, "selected": true, "confidence": 0.93, "right": 120, "wrong": 0}}]}}'"""


@require_safe
@page()
def fairness(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show the audit at the operating point, or at `threshold`; the page prints as a document."""
    context = shell(request, key, "evaluations")
    initiative = context["initiative"]
    asked = _threshold(request)
    found = fairness_audit(initiative, evaluation_of(initiative, public_id), asked)
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    back = {"label": str(found.evaluation), "url": page_of(initiative, "kpis:evaluation", public_id)}
    values = {
        "found": found,
        "asked": asked,
        "says": headline(found.audit),
        "method": method(found.audit),
        "rates": shown_rates(found.audit),
        "parities": PARITIES,
        "now": timezone.now(),
        "example": EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/"), key=initiative.key),
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/fairness/index.html", context | values)


@require_safe
@page()
def fairness_file(request: PageRequest, key: str, public_id: str) -> HttpResponseBase:
    """Answer the rates of each group as a file, hidden where the page hides them."""
    initiative = initiative_of(request.principal, key)
    found = fairness_audit(initiative, evaluation_of(initiative, public_id), _threshold(request))
    return file_answer(request, audit_rows(found.audit), f"{initiative.key}-{public_id}-fairness")


@require_safe
@page()
def parts_file(request: PageRequest, key: str, public_id: str) -> HttpResponseBase:
    """Answer slices and groups at the operating point, or at `threshold`, as a file."""
    initiative = initiative_of(request.principal, key)
    found = fairness_audit(initiative, evaluation_of(initiative, public_id), _threshold(request))
    rows = part_rows(found.audit.facts.tally, found.operating.point.threshold)
    return file_answer(request, rows, f"{initiative.key}-{public_id}-parts")


@require_safe
@page()
def cells_file(request: PageRequest, key: str, public_id: str) -> HttpResponseBase:
    """Answer the counts that every page is computed from as a file."""
    initiative = initiative_of(request.principal, key)
    rows = cell_rows(tally_of(evaluation_of(initiative, public_id)))
    return file_answer(request, rows, f"{initiative.key}-{public_id}-cells")


def _threshold(request: PageRequest) -> float | None:
    """Return the threshold asked for, None where there is none between 0 and 1."""
    try:
        asked = float(request.GET.get("threshold", "")[:30])
    except ValueError:
        return None
    return asked if math.isfinite(asked) and 0 <= asked <= 1 else None
