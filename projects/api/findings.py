"""Findings by REST: what monitors found, and what people say of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import finding_of, initiative_of
from projects.api.shapes.findings import FindingEdit, FindingOut, FindingParams, InitiativeFindingParams
from projects.selectors.findings import finding_list
from projects.services.findings import acknowledge_finding, explain_finding


class InitiativeFindings(Endpoint):
    """What is wrong with the data and the production of an initiative."""

    powers = {"GET": Power.READ}
    query = {"GET": InitiativeFindingParams}

    @extend_schema(responses=page_of(FindingOut))
    def get(self, request: Request, key: str) -> Response:
        """List findings of an initiative, newest first."""
        initiative = initiative_of(self.principal, key)
        found = finding_list(self.principal, {**self.params, "initiative": initiative.key})
        return self.page(found, FindingOut, order="-opened_at")


class Findings(Endpoint):
    """What is wrong in the workspace."""

    powers = {"GET": Power.READ}
    query = {"GET": FindingParams}

    @extend_schema(responses=page_of(FindingOut))
    def get(self, request: Request) -> Response:
        """List findings of all initiatives, newest first; those of one upstream fault share their cause."""
        return self.page(finding_list(self.principal, self.params), FindingOut, order="-opened_at")


class OneFinding(Endpoint):
    """One finding."""

    powers = {"GET": Power.READ, "PATCH": Power.ATTEST}

    @extend_schema(responses=FindingOut)
    def get(self, request: Request, finding_id: str) -> Response:
        """Show a finding with its evidence."""
        return self.ok(answer_of(FindingOut, finding_of(self.principal, finding_id)))

    @extend_schema(request=FindingEdit, responses=FindingOut)
    def patch(self, request: Request, finding_id: str) -> Response:
        """Say that somebody knows of an open finding, which stays said, and why it happened."""
        found = finding_of(self.principal, finding_id)
        given = self.body(FindingEdit, partial=True)
        with transaction.atomic():
            if given.get("acknowledged"):
                acknowledge_finding(self.principal, found)
            elif "acknowledged" in given:
                raise ValidationError({"acknowledged": "What was acknowledged stays so: only true can be said."})
            if "explanation" in given:
                explain_finding(self.principal, found, given["explanation"])
        return self.ok(answer_of(FindingOut, finding_of(self.principal, finding_id)))
