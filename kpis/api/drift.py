"""Drift from samples or histograms by REST."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.drift import DriftIn, DriftOut
from kpis.services.feature_drift import record_drift
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.clock import database_now
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.observations import refused


class Drift(Endpoint):
    """Features compared with their reference."""

    powers = {"POST": Power.WRITE_READINGS}

    @extend_schema(request=DriftIn, responses=DriftOut)
    def post(self, request: Request, key: str) -> Response:
        """Compute how far features drifted, and keep each drift as an observation; all or none."""
        initiative, asked = initiative_of(self.principal, key), self.body(DriftIn)
        time = asked.get("time") or database_now()
        try:
            kept = record_drift(self.principal, initiative, asked["features"], time, asked.get("reference", ""))
        except ValidationError as error:
            raise refused(error) from None
        return self.ok(answer_of(DriftOut, {"features": kept}))
