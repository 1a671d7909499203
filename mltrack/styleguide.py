"""The design system on one page, with invented sample values that are marked as such. No database."""

from __future__ import annotations

import math
import tomllib
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mltrack import env
from mltrack.drawing.interval import Bar
from mltrack.statuses import STATUSES

SAMPLES: Final = env.BASE_DIR / "templates" / "styleguide" / "samples.toml"


class SampleForm(forms.Form):
    """Every kind of field."""

    name = forms.CharField(max_length=120, help_text="One line is enough; the rest is filled in where it is shown.")
    unit = forms.CharField(required=False)
    direction = forms.ChoiceField(choices=[("higher", "Higher is better"), ("lower", "Lower is better")])
    target = forms.FloatField(min_value=0, max_value=1)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    notify = forms.BooleanField(required=False, label="Tell me when the verdict changes")


@lru_cache(maxsize=1)
def samples() -> dict[str, Any]:
    """Return the sample values; a missing week is None."""
    found = tomllib.loads(SAMPLES.read_text())
    found["checks"] = [
        {"check": each["check"], "bar": Bar(**each["bar"]) if each.get("bar") else None} for each in found["checks"]
    ]
    found["weeks"] = [None if math.isnan(value) else value for value in found["weeks"]]
    return found


def board(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return two columns of the board with their cards."""
    stages = ("data", "modeling")
    return [{"stage": stage, "cards": [row for row in rows if row["stage"] == stage]} for stage in stages]


def context() -> dict[str, Any]:
    """Return what the page shows."""
    found = samples()
    return {
        **found,
        "statuses": {kind: list(values) for kind, values in STATUSES.items()},
        "board": board(found["rows"]),
        "history": [{"verdict": verdict, "at": found["as_of"], "url": "#"} for verdict in found["verdicts"]],
        "table": [(place, value) for place, value in enumerate(found["weeks"], 1)],
        "form": SampleForm({"name": "", "unit": "cases", "direction": "higher", "target": "1.2", "notify": "on"}),
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every token, tag and component."""
    return render(request, "styleguide.html", context())


@require_safe
def figure(request: HttpRequest) -> JsonResponse:
    """Answer the sample chart: plain lists, tokens for colours, a gap where a value is missing."""
    values = samples()["weeks"]
    weeks = list(range(1, len(values) + 1))
    line = {"type": "scatter", "mode": "lines+markers", "name": "accuracy", "x": weeks, "y": values}
    dashed = {"dash": "dash", "color": "--edge", "width": 1}
    goal = {"type": "line", "x0": 1, "x1": len(values), "y0": 0.9, "y1": 0.9, "line": dashed}
    layout = {
        "height": 280,
        "shapes": [goal],
        "yaxis": {"tickformat": ".0%"},
        "xaxis": {"title": {"text": "week"}},
    }
    return JsonResponse({"data": [{**line, "connectgaps": False}], "layout": layout})
