"""A dashboard with everything that its panels show: one function for page, API and whatever else shows one.

What is asked alike of several panels is read once: a page takes as many queries as its kinds of panels need, whatever
the number of KPIs and initiatives. Most kinds are kept until something changes (`kept_panels`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.safestring import SafeString

from kpis.scoring.dashboards.composed import Composed, PanelSpec
from kpis.scoring.dashboards.kinds import KINDS
from kpis.scoring.dashboards.ranges import Range, range_of
from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.dashboards import composed_of
from kpis.selectors.kept_panels import Kept, kept_panels, may_be_kept
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.panel_delivery import read_delivery
from kpis.selectors.panel_initiatives import read_forecasts, read_initiatives
from kpis.selectors.panel_kpis import KINDS as ABOUT_KPIS
from kpis.selectors.panel_kpis import MissingData, read_kpis
from kpis.selectors.panel_portfolio import read_histories, read_warnings
from kpis.selectors.panel_value import read_value
from kpis.selectors.period_table import rules_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.days import day_in

Reader = Callable[[PanelsAsked, Sequence[PanelSpec]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class TextData:
    """Markdown that people wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel with its data, a frozen dataclass by kind. `template` shows it; `problem` says why there is no data.

    `drawn` holds what was drawn of this data before, by how it was asked for; None where the data are not kept.
    """

    position: int
    kind: str
    title: str
    width: int
    settings: Mapping[str, Any]
    data: Any
    template: str
    id: str = ""
    problem: str = ""
    drawn: dict[Any, SafeString] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DashboardPage:
    """All that `kpis/dashboards/_panels.html` needs.

    `q` is the filter that was asked for, `error` why it was not understood: then nothing is filtered. `range` is the
    time asked for, or the present quarter. `version` is 0 for one that ships. One that `is_shared` is shown to who has
    no account: nothing leads on, and no person is named.
    """

    workspace: Workspace
    key: str
    name: str
    description: str
    team: str
    version: int
    is_shipped: bool
    archived: bool
    panels: tuple[ShownPanel, ...]
    q: str
    filters: Filters
    error: str
    range: Range
    as_of: datetime
    is_shared: bool = False


def _texts(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[TextData]:
    return [TextData(each.settings["text"]) for each in specs]


# Kinds that are read together, because they need the same.
READERS: Final[tuple[tuple[tuple[str, ...], Reader], ...]] = (
    (ABOUT_KPIS, read_kpis),
    (("initiatives",), read_initiatives),
    (("forecast",), read_forecasts),
    (("funnel", "incidence"), read_histories),
    (("warnings",), read_warnings),
    (("value",), read_value),
    (("delivery",), read_delivery),
    (("text",), _texts),
)


def dashboard_page(principal: Principal, key: str, query: Mapping[str, str]) -> DashboardPage:
    """Return a dashboard of the principal's workspace with the data of its panels.

    `query` may hold `q`, a filter of the portfolio, and `range`, a named period; what is not understood is left out.
    Raises Http404.
    """
    return page_of(principal, composed_of(principal, key), query)


def page_of(principal: Principal, composed: Composed, query: Mapping[str, str]) -> DashboardPage:
    """Return a composed dashboard with the data of its panels."""
    now, workspace = timezone.now(), principal.workspace
    today = day_in(workspace.zone, now)
    text = query.get("q", "")
    filters = parse_filters(text)
    error = " ".join(filters.errors)
    used = Filters() if error else filters
    span = range_of(query.get("range", ""), today, rules_of(workspace))
    asked = PanelsAsked(principal, now, today, used, span)
    return DashboardPage(
        workspace=workspace,
        key=composed.key,
        name=composed.name,
        description=composed.description,
        team=composed.team,
        version=composed.version,
        is_shipped=composed.is_shipped,
        archived=composed.archived,
        panels=_panels(asked, composed.panels),
        q=text,
        filters=filters,
        error=error,
        range=span,
        as_of=now,
    )


def _panels(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> tuple[ShownPanel, ...]:
    whole = [_whole(each) for each in specs]
    keeps = [may_be_kept(asked, each) for each in whole]
    kept = iter(kept_panels(asked, [each for each, keep in zip(whole, keeps, strict=True) if keep], _read))
    read = iter(_read(asked, [each for each, keep in zip(whole, keeps, strict=True) if not keep]))
    return tuple(
        _shown(place, spec, next(kept)) if keep else _shown(place, spec, Kept(next(read), None))
        for place, (spec, keep) in enumerate(zip(specs, keeps, strict=True))
    )


def _read(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[Any]:
    """Return the data of each panel, None for a kind that is not known; those that need the same are read together."""
    found: dict[int, Any] = {}
    for kinds, read in READERS:
        places = [place for place, spec in enumerate(specs) if spec.kind in kinds]
        if places:
            found.update(zip(places, read(asked, [specs[place] for place in places]), strict=True))
    return [found.get(place) for place in range(len(specs))]


def _whole(spec: PanelSpec) -> PanelSpec:
    """Return a panel with the usual value of every setting that it was kept without."""
    usual = KINDS[spec.kind].defaults() if spec.kind in KINDS else {}
    settings = {**usual, **spec.settings}
    return PanelSpec(spec.kind, spec.title, spec.width, settings, spec.id)


def _shown(place: int, spec: PanelSpec, kept: Kept) -> ShownPanel:
    data = kept.data
    problem = data.problem if isinstance(data, MissingData) else ""
    if data is None:
        problem = "This version does not know this kind of panel."
    return ShownPanel(
        position=place + 1,
        kind=spec.kind,
        title=spec.title,
        width=spec.width,
        settings=spec.settings,
        data=None if problem else data,
        template=f"kpis/dashboards/panels/_{spec.kind}.html",
        id=spec.id,
        problem=problem,
        drawn=kept.drawn,
    )
