"""The frame of an initiative's pages: its header and tabs, the same around every one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.selectors.header import Header, header_of
from mltrack.accounts.pages import PageRequest
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.models import Initiative

TABS: Final = (
    ("readiness", _("Readiness"), "kpis:initiative"),
    ("targets", _("Targets"), "kpis:targets"),
    ("runs", _("Runs"), "kpis:runs"),
    ("evaluations", _("Evaluations"), "kpis:evaluations"),
    ("labeling", _("Labeling"), "kpis:labeling"),
    ("delivery", _("Delivery"), "kpis:delivery"),
    ("production", _("Production"), "kpis:production"),
    ("value", _("Value"), "kpis:value"),
    ("data", _("Data"), "kpis:data"),
    ("activity", _("Activity"), "kpis:activity"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab whose page exists."""

    name: str
    label: str | Promise
    url: str
    current: bool
    count: int | None = None


def shell(request: PageRequest, key: str, tab: str, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Return what `kpis/_initiative_base.html` needs; a stranger's key raises Http404.

    `initiative`, `header` (see `kpis.selectors.header`), `tab` and `tabs`, `crumbs`, `as_of`, and `may`: which of
    write, targets, contribute, approve and gate this person may use here. Add a page's own values to it.
    Raises ValidationError for an `as_of` to come.
    """
    principal = request.principal
    initiative = initiative_of(principal, key)
    header = header_of(initiative, as_of)
    return {
        "initiative": initiative,
        "header": header,
        "tab": tab,
        "tabs": tabs_of(initiative, tab, _counts(header)),
        "crumbs": crumbs_of(initiative),
        "as_of": as_of,
        "may": {
            "write": principal.may(Power.WRITE_INITIATIVES),
            "targets": principal.may(Power.WRITE_TARGETS),
            "contribute": principal.may(Power.ATTEST),
            "approve": principal.may(Power.APPROVE),
            "gate": principal.may(Power.GATE),
        },
    }


def _counts(header: Header) -> dict[str, int]:
    return {"targets": header.targets, "evaluations": header.evaluations, "delivery": header.tasks}


def tabs_of(initiative: Initiative, current: str, counts: dict[str, int]) -> list[Tab]:
    """Return the tabs whose pages exist."""
    found = []
    for name, label, view in TABS:
        url = page_of(initiative, view)
        if url:
            found.append(Tab(name, label, url, current=name == current, count=counts.get(name)))
    return found


def crumbs_of(initiative: Initiative) -> list[dict[str, str | Promise]]:
    """Return the way to an initiative's pages: the portfolio, where there is one."""
    try:
        return [{"label": _("Portfolio"), "url": reverse("kpis:portfolio", args=[initiative.workspace.key])}]
    except NoReverseMatch:
        return []


def page_of(initiative: Initiative, view: str, *rest: str) -> str:
    """Return the URL of one of an initiative's pages, an empty text where that page does not exist."""
    try:
        return reverse(view, args=[initiative.workspace.key, initiative.key, *rest])
    except NoReverseMatch:
        return ""
