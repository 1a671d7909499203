"""What people said of an initiative, with what had changed."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.updates import UpdateIn, UpdateOut
from kpis.services.updates import post_weekly_update
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.selectors.lists import update_list


class Updates(Endpoint):
    """What people said of an initiative."""

    powers = {"GET": Power.READ, "POST": Power.ATTEST}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(UpdateOut))
    def get(self, request: Request, key: str) -> Response:
        """List the words, newest first."""
        return self.page(update_list(initiative_of(self.principal, key)), UpdateOut, order="-at")

    @extend_schema(request=UpdateIn, responses={201: UpdateOut})
    def post(self, request: Request, key: str) -> Response:
        """Say how it goes, with the health that you see; what changed since the last word is kept with it."""
        initiative = initiative_of(self.principal, key)
        made = post_weekly_update(self.principal, initiative, **self.body(UpdateIn))
        return self.ok(answer_of(UpdateOut, made), 201)
