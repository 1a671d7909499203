"""Sprints of a workspace by REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.etags import etag_of
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import sprint_of
from projects.api.shapes.sprints import RollOverIn, RollOverOut, SprintIn, SprintOut, SprintParams
from projects.models import Sprint
from projects.selectors.sprints import sprint_list
from projects.services import sprints as service


class Sprints(Endpoint):
    """The workspace's sprints."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_SPRINTS}
    query = {"GET": SprintParams}

    @extend_schema(responses=page_of(SprintOut))
    def get(self, request: Request) -> Response:
        """List sprints, the latest first."""
        found = sprint_list(self.principal, self.params, self.principal.today)
        return self.page(found, SprintOut, order="-starts_on")

    @extend_schema(request=SprintIn, responses={201: SprintOut})
    def post(self, request: Request) -> Response:
        """Make a sprint."""
        made = service.create_sprint(self.principal, **self.body(SprintIn))
        answer = _shown(self, made, 201)
        answer["Location"] = f"/api/v1/sprints/{made.public_id}/"
        return answer


class OneSprint(Endpoint):
    """One sprint."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_SPRINTS, "DELETE": Power.WRITE_SPRINTS}

    @extend_schema(responses=SprintOut)
    def get(self, request: Request, sprint_id: str) -> Response:
        """Show a sprint."""
        return _shown(self, sprint_of(self.principal, sprint_id))

    @extend_schema(request=SprintIn, responses=SprintOut)
    def patch(self, request: Request, sprint_id: str) -> Response:
        """Change a sprint that is neither closed nor mirrored."""
        found = sprint_of(self.principal, sprint_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(SprintOut, found))
        return _shown(self, service.edit_sprint(self.principal, found, self.body(SprintIn, partial=True)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sprint_id: str) -> Response:
        """Delete a sprint that no task is or was in."""
        found = sprint_of(self.principal, sprint_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(SprintOut, found))
        service.delete_sprint(self.principal, found)
        return self.ok(None, 204)


class RollOver(Endpoint):
    """The end of a sprint."""

    powers = {"POST": Power.WRITE_SPRINTS}

    @extend_schema(request=RollOverIn, responses=RollOverOut)
    def post(self, request: Request, sprint_id: str) -> Response:
        """Close a sprint and take its open tasks along; once more changes nothing and takes none."""
        found = sprint_of(self.principal, sprint_id)
        into = _target(self.principal, self.body(RollOverIn)["into"])
        return self.ok(answer_of(RollOverOut, service.roll_over(self.principal, found, into)))


def _target(principal: Principal, named: str | None) -> Sprint | None:
    """Return the sprint behind an id, None for the backlog. Raises ValidationError for one that is not here."""
    with named_by("into"):
        return sprint_of(principal, named) if named is not None else None


def _shown(endpoint: Endpoint, sprint: Sprint, status: int = 200) -> Response:
    """Answer with a sprint. It is never 304: its state changes with the day, beside its version."""
    answer = endpoint.ok(answer_of(SprintOut, sprint), status)
    answer["ETag"] = etag_of(sprint.public_id, sprint.version)
    return answer
