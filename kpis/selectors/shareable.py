"""The kinds of views that can be shown to others or sent: one entry each, and a template `kpis/shares/<name>.html`.

A view is a kind, the key of what it is about, and filters as they stand in an address; only declared ones count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.access import kpi_of
from kpis.models import KPI, SharedView
from kpis.scoring.dashboards.composed import Composed
from kpis.scoring.dashboards.ranges import NAMES
from kpis.scoring.filters import parse_filters
from kpis.selectors.briefs import Brief, initiative_brief, kpi_brief, portfolio_brief
from kpis.selectors.dashboard_brief import dashboard_brief
from kpis.selectors.dashboards import composed_of
from kpis.selectors.kpi_story import offered
from kpis.selectors.paths import dashboard_path, initiative_path, kpi_path
from kpis.selectors.shared_pages import (
    Rows,
    dashboard_shown,
    initiative_checks,
    initiative_page,
    kpi_history,
    kpi_page,
    portfolio_page,
    portfolio_rows,
)
from mltrack.accounts.access import Principal
from projects.access import initiative_of
from projects.models import Initiative

Query = Mapping[str, str]
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of view. `find` raises Http404 for a key that is not there or is put away; `None` needs no key.

    `title` and `path` are of what was found. `filters` names what an address may say, each with what raises
    ValidationError for a wrong value. `exports` are its files by name; `has_tile` says that it fits a small frame.
    """

    label: str | Promise
    find: Callable[[Principal, str], Any] | None
    title: Callable[[Principal, Any], str]
    path: Callable[[Principal, Any], str]
    filters: Mapping[str, Callable[[Any, str], None]]
    page: Callable[[Principal, Any, Query], dict[str, Any]]
    brief: Callable[[Principal, Any, Query], Brief]
    exports: Mapping[str, Callable[[Principal, Any, Query], Rows]]
    has_tile: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A view whose target was found, for one principal."""

    name: str
    kind: Kind
    principal: Principal
    target: Any
    query: Query

    @property
    def title(self) -> str:
        """What it is called."""
        return self.kind.title(self.principal, self.target)

    @property
    def path(self) -> str:
        """The path of its own page, with its filters."""
        path = self.kind.path(self.principal, self.target)
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def fields(self) -> dict[str, Any]:
        """What a row keeps of it."""
        key = "" if self.target is None else str(self.target.key)
        found = {"kind": self.name, "target": key, "target_pk": getattr(self.target, "pk", None)}
        return {**found, "workspace": self.principal.workspace, "query": urlencode(self.query)}

    def page(self) -> dict[str, Any]:
        """Return what its template shows."""
        return self.kind.page(self.principal, self.target, self.query)

    def brief(self) -> Brief:
        """Return it in a few lines."""
        return self.kind.brief(self.principal, self.target, self.query)

    def export(self, name: str) -> Rows:
        """Return the rows of one of its files. Raises Http404 for another name."""
        if name not in self.kind.exports:
            raise Http404("No such file.")
        return self.kind.exports[name](self.principal, self.target, self.query)


def _live_kpi(principal: Principal, key: str) -> KPI:
    found = kpi_of(principal, key)
    if found.archived_at is not None:
        raise Http404("This KPI is archived.")
    return found


def _live_initiative(principal: Principal, key: str) -> Initiative:
    found = initiative_of(principal, key)
    if found.archived_at is not None:
        raise Http404("This initiative is archived.")
    return found


def _live_dashboard(principal: Principal, key: str) -> Composed:
    found = composed_of(principal, key)
    if found.archived:
        raise Http404("This dashboard is archived.")
    return found


def _since(kpi: KPI, value: str) -> None:
    if value not in offered(kpi):
        raise ValidationError({"query": f"since is one of {', '.join(offered(kpi))}."})


def _range(dashboard: Composed, value: str) -> None:
    if value not in NAMES:
        raise ValidationError({"query": f"range is one of {', '.join(NAMES)}."})


def _filter(target: Any, value: str) -> None:
    if errors := parse_filters(value).errors:
        raise ValidationError({"query": list(errors)})


KINDS: Final[Mapping[str, Kind]] = {
    "kpi": Kind(
        label=_("KPI"),
        find=_live_kpi,
        title=lambda principal, kpi: str(kpi.name),
        path=lambda principal, kpi: kpi_path(principal.workspace, kpi.key),
        filters={"since": _since},
        page=kpi_page,
        brief=kpi_brief,
        exports={"history": kpi_history},
        has_tile=True,
    ),
    "dashboard": Kind(
        label=_("Dashboard"),
        find=_live_dashboard,
        title=lambda principal, dashboard: str(dashboard.name),
        path=lambda principal, dashboard: dashboard_path(principal.workspace, dashboard.key),
        filters={"q": _filter, "range": _range},
        page=dashboard_shown,
        brief=dashboard_brief,
        exports={},
    ),
    "portfolio": Kind(
        label=_("Portfolio"),
        find=None,
        title=lambda principal, target: f"Portfolio of {principal.workspace.name}",
        path=lambda principal, target: f"/w/{principal.workspace.key}/",
        filters={"q": _filter},
        page=portfolio_page,
        brief=portfolio_brief,
        exports={"initiatives": portfolio_rows},
    ),
    "initiative": Kind(
        label=_("Initiative"),
        find=_live_initiative,
        title=lambda principal, initiative: f"{initiative.key} {initiative.name}",
        path=lambda principal, initiative: initiative_path(principal.workspace, initiative.key),
        filters={},
        page=initiative_page,
        brief=initiative_brief,
        exports={"checks": initiative_checks},
    ),
}


def named_view(principal: Principal, kind: str, target: str = "", query: str = "") -> View:
    """Return the view that somebody names; `query` is as in an address, without the question mark.

    Raises ValidationError({"kind" | "target" | "query": text}).
    """
    found = KINDS.get(kind)
    if found is None:
        raise ValidationError({"kind": f"A view is one of {', '.join(KINDS)}."})
    if bool(target) != (found.find is not None):
        raise ValidationError({"target": "Name its key." if found.find else f"A {kind} has no key."})
    try:
        there = found.find(principal, target) if found.find else None
    except Http404:
        raise ValidationError({"target": f"There is no {kind} {target[:60]} here."}) from None
    return View(kind, found, principal, there, _declared(found, there, query))


def kept_view(principal: Principal, kept: SharedView) -> View:
    """Return the view of a row. Raises Http404 where it is gone, put away, or its key is another's now."""
    kind = KINDS.get(kept.kind)
    if kind is None:
        raise Http404("No such view.")
    target = kind.find(principal, kept.target) if kind.find else None
    if getattr(target, "pk", None) != kept.target_pk:
        raise Http404("What this view was about is gone.")
    query = {name: value for name, value in parse_qsl(kept.query) if name in kind.filters}
    return View(kept.kind, kind, principal, target, query)


def _declared(kind: Kind, target: Any, query: str) -> dict[str, str]:
    if len(query) > LONGEST:
        raise ValidationError({"query": f"It has at most {LONGEST} characters."})
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.removeprefix("?")):
        if name not in kind.filters or name in found or "\0" in value:
            known = ", ".join(kind.filters) or "none"
            raise ValidationError({"query": f"{name[:40]} is no filter of this view, or stands twice; known: {known}."})
        kind.filters[name](target, value)
        found[name] = value
    if len(urlencode(found)) > LONGEST:
        raise ValidationError({"query": f"It has at most {LONGEST} characters."})
    return found
