"""Dataset versions and deployments, as CI reports them."""

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
    DatasetIn,
    DatasetOut,
    DatasetParams,
    DeploymentIn,
    DeploymentOut,
    DeploymentParams,
)
from projects.selectors.lists import dataset_list, deployment_list
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment


class Datasets(Endpoint):
    """The versions of data behind an initiative."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_RUNS}
    query = {"GET": DatasetParams}

    @extend_schema(responses=page_of(DatasetOut))
    def get(self, request: Request, key: str) -> Response:
        """List versions that were reported or used by a run, newest first."""
        found = dataset_list(initiative_of(self.principal, key), self.params)
        return self.page(found, DatasetOut, order="-recorded_at")

    @extend_schema(request=DatasetIn, responses={200: DatasetOut, 201: DatasetOut})
    def post(self, request: Request, key: str) -> Response:
        """Report a version by name and digest: 201 when it is new, 200 when it was known."""
        initiative = initiative_of(self.principal, key)
        made, state = record_dataset(self.principal, initiative, **self.body(DatasetIn))
        return self.ok(answer_of(DatasetOut, made), 201 if state == "created" else 200)


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
