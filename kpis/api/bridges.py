"""What a decision is worth to a KPI, what was tried, and when to stop trying."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import contribution_of
from kpis.api.shapes.bridges import AttemptsOut, AttemptsParams, BridgeIn, BridgeOut, StopRuleIn, StopRuleOut
from kpis.models import StopRule
from kpis.scoring.evaluations.yardstick import yardstick_of
from kpis.selectors.attempts import attempts_answer, attempts_of, rule_answer, stop_rule_of
from kpis.selectors.effects import bridge_of
from kpis.selectors.evaluation_page import targets_in_force
from kpis.services.bridges import remove_bridge, set_bridge
from kpis.services.stop_rules import remove_stop_rule, set_stop_rule
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.models import Initiative


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


class AllAttempts(Endpoint):
    """What was tried."""

    powers = {"GET": Power.READ}
    query = {"GET": AttemptsParams}

    @extend_schema(responses=AttemptsOut)
    def get(self, request: Request, key: str) -> Response:
        """Sum up the attempts of a purpose by family, the best so far against luck, and what the stop rule says."""
        initiative = initiative_of(self.principal, key)
        found = attempts_of(initiative, self.params["purpose"], targets_in_force(initiative))
        return self.ok(answer_of(AttemptsOut, attempts_answer(found)))


class OneStopRule(Endpoint):
    """When to stop trying."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES, "DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses=StopRuleOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the stop rule; 404 where none is set."""
        initiative = initiative_of(self.principal, key)
        found = stop_rule_of(initiative)
        if found is None:
            raise Http404("This initiative has no stop rule.")
        return self.ok(_rule(initiative, found))

    @extend_schema(request=StopRuleIn, responses=StopRuleOut)
    def put(self, request: Request, key: str) -> Response:
        """Set the stop rule."""
        initiative = initiative_of(self.principal, key)
        return self.ok(_rule(initiative, set_stop_rule(self.principal, initiative, **self.body(StopRuleIn))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Go on without a stop rule."""
        remove_stop_rule(self.principal, initiative_of(self.principal, key))
        return self.ok(None, 204)


def _rule(initiative: Initiative, rule: StopRule) -> dict[str, Any]:
    measure = yardstick_of(targets_in_force(initiative), rule.metric)
    return answer_of(StopRuleOut, rule_answer(rule, measure))
