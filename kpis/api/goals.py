"""What becomes of a goal that waits: approved, rejected, or taken back."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import goal_of, kpi_of
from kpis.api.shapes.kpis import DecidedGoalOut
from kpis.services.goals import approve_goal, reject_goal, take_back_goal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of


class GoalApproval(Endpoint):
    """The confirmation of a goal that waits."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=DecidedGoalOut)
    def post(self, request: Request, key: str, goal_id: str) -> Response:
        """Put a proposed version in force, as an approver who is not its author."""
        goal = goal_of(kpi_of(self.principal, key), goal_id)
        return self.ok(answer_of(DecidedGoalOut, approve_goal(self.principal, goal)))


class GoalRejection(Endpoint):
    """The refusal of a goal that waits."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=DecidedGoalOut)
    def post(self, request: Request, key: str, goal_id: str) -> Response:
        """Turn a proposed version down, as an approver."""
        goal = goal_of(kpi_of(self.principal, key), goal_id)
        return self.ok(answer_of(DecidedGoalOut, reject_goal(self.principal, goal)))


class GoalWithdrawal(Endpoint):
    """The author's second thought."""

    powers = {"POST": Power.WRITE_INITIATIVES}

    @extend_schema(request=None, responses=DecidedGoalOut)
    def post(self, request: Request, key: str, goal_id: str) -> Response:
        """Take back one's own version that waits."""
        goal = goal_of(kpi_of(self.principal, key), goal_id)
        return self.ok(answer_of(DecidedGoalOut, take_back_goal(self.principal, goal)))
