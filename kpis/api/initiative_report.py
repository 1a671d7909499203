"""The one-page report of an initiative, as the page tells it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.initiative_report import InitiativeReportOut
from kpis.selectors.initiative_report import initiative_report
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class Report(Endpoint):
    """An initiative in plain sentences."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=InitiativeReportOut)
    def get(self, request: Request, key: str) -> Response:
        """Show what it is for, whether it is ready, when, what is done, who owns it, its value and its risks."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(InitiativeReportOut, initiative_report(self.principal, initiative, timezone.now())))
