"""What a decision is worth to a KPI, and when to stop trying."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import contribution_of
from kpis.api.shapes.bridges import BridgeIn, BridgeOut, StopRuleIn, StopRuleOut
from kpis.selectors.attempts import stop_rule_of
from kpis.selectors.effects import bridge_of
from kpis.services.bridges import remove_bridge, set_bridge
from kpis.services.stop_rules import remove_stop_rule, set_stop_rule
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class OneBridge(Endpoint):
    """What a decision is worth to the KPI of a contribution."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES, "DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses=BridgeOut)
    def get(self, request: Request, key: str, kpi: str) -> Response:
        """Show the bridge; 404 where nobody said yet what a decision is worth."""
        found = bridge_of(contribution_of(initiative_of(self.principal, key), kpi))
        if found is None:
            raise Http404("This contribution has no bridge.")
        return self.ok(answer_of(BridgeOut, found))

    @extend_schema(request=BridgeIn, responses=BridgeOut)
    def put(self, request: Request, key: str, kpi: str) -> Response:
        """Say what a decision is worth, or say it anew."""
        tie = contribution_of(initiative_of(self.principal, key), kpi)
        return self.ok(answer_of(BridgeOut, set_bridge(self.principal, tie, **self.body(BridgeIn))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, kpi: str) -> Response:
        """Forget it."""
        remove_bridge(self.principal, contribution_of(initiative_of(self.principal, key), kpi))
        return self.ok(None, 204)


class OneStopRule(Endpoint):
    """When to stop trying."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES, "DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses=StopRuleOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the stop rule; 404 where none is set."""
        found = stop_rule_of(initiative_of(self.principal, key))
        if found is None:
            raise Http404("This initiative has no stop rule.")
        return self.ok(answer_of(StopRuleOut, found))

    @extend_schema(request=StopRuleIn, responses=StopRuleOut)
    def put(self, request: Request, key: str) -> Response:
        """Set the stop rule."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(StopRuleOut, set_stop_rule(self.principal, initiative, **self.body(StopRuleIn))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Go on without a stop rule."""
        remove_stop_rule(self.principal, initiative_of(self.principal, key))
        return self.ok(None, 204)
