"""The hand-over of a candidate into production, as the page tells it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.handover import HandoverOut
from kpis.selectors.handover import handover
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class HandOver(Endpoint):
    """What a candidate takes along into production, and what it lacks."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=HandoverOut)
    def get(self, request: Request, key: str) -> Response:
        """Show what is carried over, what changes against what is live, what is missing, and who owns it."""
        return self.ok(answer_of(HandoverOut, handover(initiative_of(self.principal, key))))
