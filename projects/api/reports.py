"""Deployments, as CI reports them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.shapes.reports import (
    DeploymentIn,
    DeploymentOut,
    DeploymentParams,
)
from projects.selectors.lists import deployment_list
from projects.services.deployments import record_deployment


class Deployments(Endpoint):
    """What runs where."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_DEPLOYMENTS}
    query = {"GET": DeploymentParams}

    @extend_schema(responses=page_of(DeploymentOut))
    def get(self, request: Request, key: str) -> Response:
        """List deployments, newest first."""
        found = deployment_list(initiative_of(self.principal, key), self.params)
        return self.page(found, DeploymentOut, order="-at")

    @extend_schema(request=DeploymentIn, responses={200: DeploymentOut, 201: DeploymentOut})
    def post(self, request: Request, key: str) -> Response:
        """Report a deployment: 201 when it is new, 200 when it updates the same version's newest one there."""
        initiative = initiative_of(self.principal, key)
        made, state = record_deployment(self.principal, initiative, **self.body(DeploymentIn))
        return self.ok(answer_of(DeploymentOut, made), 201 if state == "created" else 200)
