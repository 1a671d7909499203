"""The portfolio as a whole: funnel, incidence, time in stage, and early warnings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.portfolio_analysis import (
    AnalysisParams,
    EffortOut,
    FunnelOut,
    IncidenceOut,
    StageTimesOut,
    WarnedOut,
    WarningParams,
)
from kpis.scoring.filters import parse_filters
from kpis.selectors.portfolio_analysis import funnel, incidence, times
from kpis.selectors.portfolio_effort import effort
from kpis.selectors.portfolio_histories import Asked
from kpis.selectors.portfolio_warnings import warned, watched_initiatives
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of


class _Analysis(Endpoint):
    """What is told of the initiatives that fit a filter and began since a day."""

    powers = {"GET": Power.READ}
    query = {"GET": AnalysisParams}

    @property
    def asked(self) -> Asked:
        """What the analysis is of."""
        return Asked(parse_filters(self.params["q"]), self.params.get("since"))


class Funnel(_Analysis):
    """How many got how far."""

    @extend_schema(responses=FunnelOut)
    def get(self, request: Request) -> Response:
        """Show by stage how many entered, advanced, were cancelled and are open, and why the others stopped."""
        return self.ok(funnel(self.principal, self.asked, timezone.now()))


class Incidence(_Analysis):
    """What became of initiatives."""

    @extend_schema(responses=IncidenceOut)
    def get(self, request: Request) -> Response:
        """Show the shares in production and cancelled by days since initiatives began, as competing risks."""
        return self.ok(incidence(self.principal, self.asked, timezone.now()))


class StageTimes(_Analysis):
    """How long stages take."""

    @extend_schema(responses=StageTimesOut)
    def get(self, request: Request) -> Response:
        """Show the median time in each stage, or why there is none, and how long those that are in it have been."""
        return self.ok(times(self.principal, self.asked, timezone.now()))


class Effort(_Analysis):
    """What initiatives took."""

    @extend_schema(responses=EffortOut)
    def get(self, request: Request) -> Response:
        """Show runs, evaluations, labels, tasks and costs, together by what became of initiatives and one by one."""
        return self.ok(effort(self.principal, self.asked, timezone.now()))


class Warnings(Endpoint):
    """What to look at early."""

    powers = {"GET": Power.READ}
    query = {"GET": WarningParams}

    @extend_schema(responses=page_of(WarnedOut))
    def get(self, request: Request) -> Response:
        """List initiatives by key with their early warnings; those without any have an empty list."""
        fitting = watched_initiatives(self.principal, parse_filters(self.params["q"]))
        return self.page(fitting, WarnedOut, order="key", told=self._told)

    def _told(self, initiatives: list[Any]) -> list[Any]:
        return list(warned(self.principal.workspace, initiatives, timezone.now()))
