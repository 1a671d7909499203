"""An initiative in production: what runs where, promotion, rollbacks and their rehearsals, by REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import deployment_of, initiative_of
from projects.api.shapes.production import (
    ProbeIn,
    ProbeOut,
    ProductionOut,
    PromoteIn,
    RehearsalIn,
    RollbackIn,
    RollbackOut,
)
from projects.api.shapes.reports import DeploymentOut
from projects.selectors.probes import probe_of
from projects.selectors.production import production_of, rollbacks_of
from projects.services.probes import remove_probe, set_probe
from projects.services.rollbacks import promote_deployment, record_rehearsal, roll_back


class Production(Endpoint):
    """What runs where now, and how that went."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=ProductionOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the champion of each environment with its canary and shadow, lead time, change-fail rate and ages."""
        return self.ok(answer_of(ProductionOut, production_of(initiative_of(self.principal, key), timezone.now())))


class Promotion(Endpoint):
    """A canary or shadow that becomes live."""

    powers = {"POST": Power.WRITE_DEPLOYMENTS}

    @extend_schema(request=PromoteIn, responses=DeploymentOut)
    def post(self, request: Request, key: str, deployment_id: str) -> Response:
        """Make it live from now on; once more changes nothing."""
        found = deployment_of(initiative_of(self.principal, key), deployment_id)
        made, _state = promote_deployment(self.principal, found, **self.body(PromoteIn))
        return self.ok(answer_of(DeploymentOut, made))


class RollingBack(Endpoint):
    """A live version that is taken back."""

    powers = {"POST": Power.WRITE_DEPLOYMENTS}

    @extend_schema(request=RollbackIn, responses=RollbackOut)
    def post(self, request: Request, key: str, deployment_id: str) -> Response:
        """Make the version before live again, or the one that is named; once more changes nothing."""
        initiative = initiative_of(self.principal, key)
        found = deployment_of(initiative, deployment_id)
        given = self.body(RollbackIn)
        named = given.pop("to_deployment", None)
        with named_by("to_deployment"):
            to = deployment_of(initiative, named) if named else None
        return self.ok(answer_of(RollbackOut, roll_back(self.principal, found, to=to, **given)))


class Probe(Endpoint):
    """Whether what is live in a deployment's environment answers."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_CONNECTIONS, "DELETE": Power.WRITE_CONNECTIONS}

    @extend_schema(responses=ProbeOut)
    def get(self, request: Request, key: str, deployment_id: str) -> Response:
        """Show how it stands, with the newest answers; 404 where nothing is asked."""
        return self.ok(answer_of(ProbeOut, probe_of(deployment_of(initiative_of(self.principal, key), deployment_id))))

    @extend_schema(request=ProbeIn, responses=ProbeOut)
    def put(self, request: Request, key: str, deployment_id: str) -> Response:
        """Ask its endpoint from now on, and that of whatever is live there later."""
        found = deployment_of(initiative_of(self.principal, key), deployment_id)
        set_probe(self.principal, found, **self.body(ProbeIn))
        return self.ok(answer_of(ProbeOut, probe_of(found)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, deployment_id: str) -> Response:
        """Stop asking; once more changes nothing."""
        remove_probe(self.principal, deployment_of(initiative_of(self.principal, key), deployment_id))
        return self.ok(None, 204)


class Rollbacks(Endpoint):
    """Rollbacks and their rehearsals."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_DEPLOYMENTS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(RollbackOut))
    def get(self, request: Request, key: str) -> Response:
        """List them, newest first."""
        return self.page(rollbacks_of(initiative_of(self.principal, key)), RollbackOut, order="-at")

    @extend_schema(request=RehearsalIn, responses={200: RollbackOut, 201: RollbackOut})
    def post(self, request: Request, key: str) -> Response:
        """Record a rehearsal: 201, or 200 for one of the same environment and time that is known."""
        initiative = initiative_of(self.principal, key)
        made, state = record_rehearsal(self.principal, initiative, **self.body(RehearsalIn))
        return self.ok(answer_of(RollbackOut, made), 201 if state == "created" else 200)
