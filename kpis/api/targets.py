"""Targets, other names of metrics, and plain baselines."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import target_of
from kpis.api.shapes.targets import (
    AliasShape,
    BaselineIn,
    BaselineOut,
    TargetIn,
    TargetOut,
    TargetParams,
    WithdrawalIn,
)
from kpis.selectors.lists import alias_list, baseline_list, target_list
from kpis.services.aliases import set_alias
from kpis.services.baselines import state_baseline
from kpis.services.targets import approve_target, end_target, propose_target, reject_target
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class Targets(Endpoint):
    """What an initiative's metrics must reach, in all versions."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_TARGETS}
    query = {"GET": TargetParams}

    @extend_schema(responses=page_of(TargetOut))
    def get(self, request: Request, key: str) -> Response:
        """List versions of targets, newest first."""
        found = target_list(initiative_of(self.principal, key), self.params)
        return self.page(found, TargetOut, order="-pk")

    @extend_schema(request=TargetIn, responses={200: TargetOut, 201: TargetOut})
    def post(self, request: Request, key: str) -> Response:
        """Set a target on a metric and slice: 201 for a new version, 200 when it is in force already.

        A version that asks for less once a run has reported the metric needs a reason and waits for an approver.
        """
        initiative, began = initiative_of(self.principal, key), timezone.now()
        made = propose_target(self.principal, initiative, **self.body(TargetIn))
        return self.ok(answer_of(TargetOut, made), 201 if made.created_at >= began else 200)


class TargetApproval(Endpoint):
    """The confirmation of a version that waits."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=TargetOut)
    def post(self, request: Request, key: str, target_id: str) -> Response:
        """Put a proposed version in force, as an approver who is not its author."""
        target = target_of(initiative_of(self.principal, key), target_id)
        return self.ok(answer_of(TargetOut, approve_target(self.principal, target)))


class TargetRejection(Endpoint):
    """The refusal of a version that waits."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=TargetOut)
    def post(self, request: Request, key: str, target_id: str) -> Response:
        """Turn a proposed version down, as an approver."""
        target = target_of(initiative_of(self.principal, key), target_id)
        return self.ok(answer_of(TargetOut, reject_target(self.principal, target)))


class TargetWithdrawal(Endpoint):
    """The end of a target."""

    powers = {"POST": Power.WRITE_TARGETS}

    @extend_schema(request=WithdrawalIn, responses=TargetOut)
    def post(self, request: Request, key: str, target_id: str) -> Response:
        """Withdraw the version in force, or take back one's own that waits; the answer is the version that says so.

        Once a run has reported the metric, withdrawing needs a reason and waits for an approver.
        """
        target = target_of(initiative_of(self.principal, key), target_id)
        return self.ok(answer_of(TargetOut, end_target(self.principal, target, **self.body(WithdrawalIn))))


class Aliases(Endpoint):
    """Other names that runs give a metric."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_TARGETS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(AliasShape))
    def get(self, request: Request, key: str) -> Response:
        """List other names."""
        return self.page(alias_list(initiative_of(self.principal, key)), AliasShape, order="alias")

    @extend_schema(request=AliasShape, responses={201: AliasShape})
    def post(self, request: Request, key: str) -> Response:
        """Let a name stand for a metric."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(AliasShape, set_alias(self.principal, initiative, **self.body(AliasShape))), 201)


class Baselines(Endpoint):
    """What the simplest thing achieves."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_TARGETS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(BaselineOut))
    def get(self, request: Request, key: str) -> Response:
        """List baselines, newest first; the newest of a metric counts."""
        return self.page(baseline_list(initiative_of(self.principal, key)), BaselineOut, order="-pk")

    @extend_schema(request=BaselineIn, responses={201: BaselineOut})
    def post(self, request: Request, key: str) -> Response:
        """State a baseline."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(BaselineOut, state_baseline(self.principal, initiative, **self.body(BaselineIn))), 201)
