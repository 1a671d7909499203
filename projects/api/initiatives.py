"""Initiatives, with their stages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import member_by_email
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.shapes.initiatives import (
    InitiativeEdit,
    InitiativeIn,
    InitiativeOut,
    InitiativeParams,
    StageIn,
    StageOut,
)
from projects.selectors.lists import initiative_list, stage_list
from projects.services import initiatives as service


def _with_owner(principal: Principal, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the member behind the owner's address. Raises ValidationError for nobody's."""
    if given.get("owner") is None:
        return given
    owner = member_by_email(principal.workspace, given["owner"])
    if owner is None:
        raise ValidationError({"owner": "This is nobody's address in this workspace."})
    return {**given, "owner": owner}


class Initiatives(Endpoint):
    """The workspace's initiatives."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": InitiativeParams}

    @extend_schema(responses=page_of(InitiativeOut))
    def get(self, request: Request) -> Response:
        """List initiatives by key."""
        return self.page(initiative_list(self.principal, self.params), InitiativeOut, order="key")

    @extend_schema(request=InitiativeIn, responses={201: InitiativeOut})
    def post(self, request: Request) -> Response:
        """Make an initiative; its owner is the token's owner unless `owner` says otherwise."""
        given = _with_owner(self.principal, self.body(InitiativeIn))
        made = service.create_initiative(self.principal, **given)
        answer = self.entity(answer_of(InitiativeOut, made), made.key, made.version, 201)
        answer["Location"] = f"/api/v1/initiatives/{made.key}/"
        return answer


class OneInitiative(Endpoint):
    """One initiative."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_INITIATIVES}

    @extend_schema(responses=InitiativeOut)
    def get(self, request: Request, key: str) -> Response:
        """Show an initiative."""
        found = initiative_of(self.principal, key)
        return self.entity(answer_of(InitiativeOut, found), found.key, found.version)

    @extend_schema(request=InitiativeEdit, responses=InitiativeOut)
    def patch(self, request: Request, key: str) -> Response:
        """Change an initiative."""
        found = initiative_of(self.principal, key, lock=True)
        self.conditional(found.key, found.version, lambda: answer_of(InitiativeOut, found))
        given = _with_owner(self.principal, self.body(InitiativeEdit, partial=True))
        archived = given.pop("archived", None)
        found = service.edit_initiative(self.principal, found, given)
        if archived is not None:
            put = service.archive_initiative if archived else service.restore_initiative
            found = put(self.principal, found)
        return self.entity(answer_of(InitiativeOut, found), found.key, found.version)


class Stages(Endpoint):
    """The moves of an initiative between stages and states."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(StageOut))
    def get(self, request: Request, key: str) -> Response:
        """List the moves, newest first."""
        return self.page(stage_list(initiative_of(self.principal, key)), StageOut, order="-at")

    @extend_schema(request=StageIn, responses={201: StageOut})
    def post(self, request: Request, key: str) -> Response:
        """Move an initiative, now or as it happened."""
        initiative = initiative_of(self.principal, key)
        made = service.change_stage(self.principal, initiative, **self.body(StageIn))
        return self.ok(answer_of(StageOut, made), 201)
