"""The verdict: readiness, gate and portfolio."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.readiness import (
    GateIn,
    GateOut,
    PortfolioParams,
    PortfolioRowOut,
    ReadinessOut,
    ReadinessParams,
)
from kpis.scoring.filters import parse_filters
from kpis.selectors.portfolio import portfolio_initiatives
from kpis.selectors.snapshots import readiness_of
from kpis.services.gates import decide_gate
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from projects.access import initiative_of


class Readiness(Endpoint):
    """May it ship?"""

    powers = {"GET": Power.READ}
    query = {"GET": ReadinessParams}

    @extend_schema(responses=ReadinessOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the verdict with its evidence, now or as it was known at `as_of`."""
        return self.ok(readiness_of(self.principal, key, self.params.get("as_of")))


class Gate(Endpoint):
    """The question of CI: may this version ship?"""

    powers = {"POST": Power.GATE}

    @extend_schema(request=GateIn, responses=GateOut)
    def post(self, request: Request, key: str) -> Response:
        """Judge the evaluation or model version that is named, else the commit's newest run, and keep the answer."""
        initiative = initiative_of(self.principal, key)
        return self.ok(decide_gate(self.principal, initiative, **self.body(GateIn)))


class Portfolio(Endpoint):
    """Where all initiatives stand."""

    powers = {"GET": Power.READ}
    query = {"GET": PortfolioParams}

    @extend_schema(responses=page_of(PortfolioRowOut))
    def get(self, request: Request) -> Response:
        """List initiatives by key with verdict, health and figures."""
        found = portfolio_initiatives(self.principal, parse_filters(self.params["q"]))
        return self.page(found, PortfolioRowOut, order="key")
