"""The pages about when the work of a workspace is done: its sprints, and how forecasts did."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy

TABS: Final = (
    ("sprints", gettext_lazy("Sprints"), "kpis:sprint_list"),
    ("forecasts", gettext_lazy("Forecasts"), "kpis:calibration"),
)


def work_tabs(workspace: str, current: str) -> list[dict[str, Any]]:
    """Return the tabs, of which `current` is shown."""
    return [
        {"label": label, "url": reverse(view, args=[workspace]), "current": name == current}
        for name, label, view in TABS
    ]
