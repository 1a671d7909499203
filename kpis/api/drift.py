"""Drift from samples or histograms by REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.drift import DriftIn, DriftOut
from kpis.services.feature_drift import ComparedFeature, compare_features, record_drift
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.clock import database_now
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.observations import refused


class Drift(Endpoint):
    """Features compared with their reference."""

    powers = {"POST": Power.WRITE_READINGS}

    compared: list[ComparedFeature]

    def ask(self, request: Request, key: str) -> None:
        """Compare outside of the transaction: it takes seconds."""
        initiative_of(self.principal, key)
        with _pointed_out():
            self.compared = compare_features(self.body(DriftIn)["features"])

    @extend_schema(request=DriftIn, responses=DriftOut)
    def post(self, request: Request, key: str) -> Response:
        """Compute how far features drifted, and keep each drift as an observation; all or none."""
        initiative, asked = initiative_of(self.principal, key), self.body(DriftIn)
        time = asked.get("time") or database_now()
        with _pointed_out():
            kept = record_drift(self.principal, initiative, self.compared, time, asked.get("reference", ""))
        return self.ok(answer_of(DriftOut, {"features": kept}))


@contextmanager
def _pointed_out() -> Iterator[None]:
    """Answer with 400 that points to each wrong place."""
    try:
        yield
    except ValidationError as error:
        raise refused(error) from None
