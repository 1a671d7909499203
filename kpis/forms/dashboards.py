"""A dashboard's name, and a panel's settings: one field for each setting of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.models import Panel
from kpis.models.dashboards import LONGEST_KIND
from kpis.scoring.dashboards.kinds import COLUMNS, KINDS, LONGEST_TEXT, MOST_ROWS
from kpis.scoring.filters import LONGEST
from kpis.services.dashboards import LIMITS
from kpis.services.panel_input import LONGEST_TITLE

SINCE_WORDS: Final[Mapping[str, str | Promise]] = {
    "before": _("The period before"),
    "week": _("Last week"),
    "month": _("Last month"),
    "quarter": _("Last quarter"),
    "year": _("Same period last year"),
    "baseline": _("The baseline"),
}
RANGE_WORDS: Final[Mapping[str, str | Promise]] = {
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "fiscal-year": _("This fiscal year"),
    "next-quarter": _("Next quarter"),
    "last-month": _("Last month"),
    "last-quarter": _("Last quarter"),
    "last-year": _("Last year"),
}
KIND_WORDS: Final[Mapping[str, str | Promise]] = {
    "kpi_tile": _("KPI as a number"),
    "kpi_chart": _("KPI as a chart"),
    "kpi_board": _("Board of KPIs, and what is being done"),
    "initiatives": _("Initiatives by a filter"),
    "funnel": _("Funnel by stage"),
    "incidence": _("What became of initiatives over time"),
    "warnings": _("Early warnings"),
    "forecast": _("What will be ready, and what stands in the way"),
    "delivery": _("Throughput, sprints and ageing tasks"),
    "value": _("What was moved, and what it cost"),
    "text": _("Text"),
}


class DashboardForm(forms.Form):
    """What a dashboard is called, and whom it is for."""

    name = forms.CharField(label=_("Name"), max_length=LIMITS["name"])
    team = forms.CharField(
        label=_("Team"), max_length=LIMITS["team"], required=False, help_text=_("Whom it is for: the list is by team.")
    )
    description = forms.CharField(
        label=_("What it answers"),
        max_length=LIMITS["description"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PanelForm(forms.Form):
    """A panel: of the settings those of its kind. `kpis` are key and name of those to choose from."""

    kind = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_KIND)
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, required=False)
    kpi = forms.ChoiceField(label=_("KPI"))
    text = forms.CharField(
        label=_("Text"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}), help_text=_("Markdown.")
    )
    since = forms.ChoiceField(label=_("Compared with"), choices=SINCE_WORDS.items(), required=False)
    q = forms.CharField(
        label=_("Filter"),
        max_length=LONGEST,
        required=False,
        help_text=_("Words as in the portfolio, such as health:at-risk owner:@me. Those of the page come on top."),
    )
    only = forms.ChoiceField(
        label=_("Which KPIs"),
        choices=[("all", _("All")), ("attention", _("Those that need attention"))],
        required=False,
    )
    period = forms.ChoiceField(
        label=_("By the end of"), choices=[("", _("The time of the page")), *RANGE_WORDS.items()], required=False
    )
    rows = forms.IntegerField(label=_("Rows at most"), min_value=1, max_value=MOST_ROWS, required=False)
    width = forms.ChoiceField(
        label=_("Width, in columns of four"), choices=[(n, str(n)) for n in range(1, COLUMNS + 1)]
    )

    def __init__(self, kind: str, kpis: list[tuple[str, str]], data: Any = None, *, panel: Panel | None = None) -> None:
        self.known, self.spec, self.kpis = kind, KINDS[kind], kpis
        kept = {**self.spec.defaults(), **(panel.settings if panel else {})}
        title, width = (panel.title, panel.width) if panel else (self.spec.title, self.spec.width)
        super().__init__(data, initial={**kept, "kind": kind, "title": title, "width": width})
        for name in set(self.fields) - {"kind", "title", "width"} - {each.name for each in self.spec.settings}:
            del self.fields[name]
        chosen = self.fields.get("kpi")
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = kpis

    @property
    def lacks_kpis(self) -> bool:
        """Say whether a KPI is to be chosen and there is none."""
        return "kpi" in self.fields and not self.kpis

    def given(self) -> dict[str, Any]:
        """Return the panel as the service takes it; what is left empty is as usual for its kind."""
        values, known = self.cleaned_data, self.spec.settings
        settings = {each.name: values[each.name] for each in known if values[each.name] not in (None, "")}
        return {"kind": self.known, "title": values["title"], "width": int(values["width"]), "settings": settings}


# The service says where in a panel something is wrong; the form has a field for each.
PLACES: Final = {f"settings/{each.name}": each.name for kind in KINDS.values() for each in kind.settings}
