"""The audit of what is live, as the production tab tells it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.production_audit import ProductionAuditOut
from kpis.selectors.production_audit import audit_answer, audit_of
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class ProductionAudits(Endpoint):
    """What evaluations in production say over time, and the champion against its shadow."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=ProductionAuditOut)
    def get(self, request: Request, key: str) -> Response:
        """Show accuracy, coverage, groups and targets of each evaluation in production, and the shadow's difference."""
        found = audit_of(initiative_of(self.principal, key), timezone.now())
        return self.ok(answer_of(ProductionAuditOut, audit_answer(found)))
