"""The data tab: dataset versions and the runs that used them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kpis.selectors.datasets import dataset_rows
from kpis.views.shell import shell
from mltrack.accounts.pages import PageRequest, page

EXAMPLE = """\
curl -X POST "{origin}/api/v1/initiatives/{key}/datasets/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"name": "cases", "digest": "8f14e45f", "rows": 12000}}'"""


@require_safe
@page()
def datasets(request: PageRequest, key: str) -> HttpResponse:
    """Show the dataset versions of an initiative."""
    context = shell(request, key, "data")
    example = EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/"), key=context["initiative"].key)
    values = {"rows": dataset_rows(context["initiative"]), "example": example}
    return render(request, "kpis/initiative/data.html", context | values)
