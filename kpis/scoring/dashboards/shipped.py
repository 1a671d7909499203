"""The dashboards that come with the product: always there, never stored, the same for everybody. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kpis.scoring.dashboards.composed import Composed, PanelSpec
from kpis.scoring.dashboards.kinds import KINDS

OPEN: Final = "state:active -stage:production,retired"
LOST: Final = ("initiatives", "In production, no longer ready", 4)


def _panel(kind: str, title: str, width: int, **settings: Any) -> PanelSpec:
    return PanelSpec(kind, title, width, {**KINDS[kind].defaults(), **settings})


SHIPPED: Final[Mapping[str, Composed]] = {
    each.key: each
    for each in (
        Composed(
            "leadership",
            "Leadership",
            "Which KPIs are behind pace and what is being done; what will be ready for production and what stands in "
            "the way.",
            (
                _panel("kpi_board", "Which KPIs are behind pace, and what is being done?", 4, rows=8),
                _panel("forecast", "What will be ready for production, and what stands in the way?", 4, rows=8),
                _panel(*LOST, q="is:no-longer-ready", rows=5),
                _panel("initiatives", "Off track or at risk", 4, q=f"{OPEN} health:off-track,at-risk", rows=5),
                _panel("value", "What initiatives moved, and what they cost", 4, rows=5),
                _panel("funnel", "How far initiatives get", 2),
                _panel("incidence", "How long it takes, and how many stop", 2),
            ),
        ),
        Composed(
            "portfolio-health",
            "Portfolio health",
            "Where initiatives stand, what to look at early, and how far the others got.",
            (
                _panel(*LOST, q="is:no-longer-ready"),
                _panel("initiatives", "Off track or at risk", 4, q=f"{OPEN} health:off-track,at-risk"),
                _panel("warnings", "What to look at early", 4, q=OPEN),
                _panel("initiatives", "Ready for production", 2, q=f"{OPEN} verdict:ready"),
                _panel("initiatives", "In production", 2, q="state:active stage:production"),
                _panel("funnel", "How far initiatives get", 2),
                _panel("incidence", "How long it takes, and how many stop", 2),
            ),
        ),
        Composed(
            "delivery",
            "Delivery",
            "What is being worked on, how fast it goes, and what is late.",
            (
                _panel("delivery", "How work flows", 4, q=OPEN),
                _panel("forecast", "What will be ready for production, and what stands in the way?", 4, q=OPEN),
                _panel("initiatives", "In modeling and integration", 4, q="state:active stage:modeling,integration"),
            ),
        ),
    )
}
