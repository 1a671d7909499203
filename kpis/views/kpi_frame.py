"""The frame of a KPI's pages: its header and tabs, the same around every one of them."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.access import kpi_of
from kpis.models import KPI
from mltrack.accounts.pages import PageRequest
from mltrack.accounts.policy import Power

TABS: Final = (
    ("overview", gettext_lazy("Overview"), "kpis:kpi"),
    ("goal", gettext_lazy("Goal"), "kpis:kpi_goal"),
    ("readings", gettext_lazy("Readings"), "kpis:kpi_readings"),
    ("sources", gettext_lazy("Sources"), "kpis:kpi_sources"),
    ("formula", gettext_lazy("Formula"), "kpis:kpi_formula"),
    ("alerts", gettext_lazy("Alerts"), "kpis:kpi_alerts"),
)


def kpi_frame(request: PageRequest, key: str, tab: str) -> dict[str, Any]:
    """Return what `kpis/_kpi_base.html` needs; a stranger's key raises Http404.

    `kpi`, `tab`, `tabs`, `crumbs`, and `may`: which of write, record (readings; none where they are derived) and
    approve this person may use here. Add a page's own values to it.
    """
    principal = request.principal
    kpi = kpi_of(principal, key)
    return {
        "kpi": kpi,
        "tab": tab,
        "tabs": [{"label": label, "url": url_of(kpi, view), "current": name == tab} for name, label, view in TABS],
        "crumbs": [{"label": _("KPIs"), "url": reverse("kpis:kpi_list", args=[kpi.workspace.key])}],
        "may": {
            "write": principal.may(Power.WRITE_TARGETS),
            "record": principal.may(Power.WRITE_READINGS) and kpi.formula_id is None,
            "approve": principal.may(Power.APPROVE),
        },
    }


def url_of(kpi: KPI, view: str, *rest: str) -> str:
    """Return the URL of one of a KPI's pages."""
    return reverse(view, args=[kpi.workspace.key, kpi.key, *rest])
