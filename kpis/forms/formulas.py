"""The formula of a derived KPI."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.models import KPI
from kpis.scoring.formulas.grammar import LONGEST


class FormulaForm(forms.Form):
    """A formula over KPIs and facts; left empty, the KPI is measured again."""

    formula = forms.CharField(
        label=_("Formula"),
        required=False,
        strip=True,
        max_length=LONGEST,
        help_text=_('Such as 100 * kpi("refunds") / kpi("orders"), or fact("CHURN", "coverage").'),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, kpi: KPI) -> None:
        super().__init__(data, initial={"formula": kpi.formula_text})
