"""What people answer for: attestations, and waivers of failing checks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import attestation_of, waiver_of
from kpis.api.shapes.permissions import (
    AttestationIn,
    AttestationOut,
    CheckParams,
    WaiverIn,
    WaiverOut,
    WaiverParams,
)
from kpis.selectors.approvals import may_take_back
from kpis.selectors.lists import attestation_list, waiver_list
from kpis.services.attestations import attest, revoke_attestation
from kpis.services.waivers import approve_waiver, reject_waiver, request_waiver, revoke_waiver
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class Attestations(Endpoint):
    """People's words on checks."""

    powers = {"GET": Power.READ, "POST": Power.ATTEST}
    query = {"GET": CheckParams}

    @extend_schema(responses=page_of(AttestationOut))
    def get(self, request: Request, key: str) -> Response:
        """List words, newest first."""
        found = attestation_list(initiative_of(self.principal, key), self.params)
        return self.page(found, AttestationOut, order="-pk")

    @extend_schema(request=AttestationIn, responses={201: AttestationOut})
    def post(self, request: Request, key: str) -> Response:
        """Attest a check that a word can pass at the initiative's criticality."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(AttestationOut, attest(self.principal, initiative, **self.body(AttestationIn))), 201)


class AttestationRevocation(Endpoint):
    """The end of a word."""

    powers = {"POST": Power.ATTEST}

    @extend_schema(request=None, responses=AttestationOut)
    def post(self, request: Request, key: str, attestation_id: str) -> Response:
        """Take a word back: one's own, or as a manager anybody's."""
        word = attestation_of(initiative_of(self.principal, key), attestation_id)
        if not may_take_back(self.principal, word.author_id):
            raise PermissionDenied("Only its author or a manager may take a word back.")
        return self.ok(answer_of(AttestationOut, revoke_attestation(self.principal, word)))


class Waivers(Endpoint):
    """Failures that may be passed by."""

    powers = {"GET": Power.READ, "POST": Power.ATTEST}
    query = {"GET": WaiverParams}

    @extend_schema(responses=page_of(WaiverOut))
    def get(self, request: Request, key: str) -> Response:
        """List waivers, newest first."""
        return self.page(waiver_list(initiative_of(self.principal, key), self.params), WaiverOut, order="-pk")

    @extend_schema(request=WaiverIn, responses={201: WaiverOut})
    def post(self, request: Request, key: str) -> Response:
        """Ask that a check which is in the way may be passed by."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(WaiverOut, request_waiver(self.principal, initiative, **self.body(WaiverIn))), 201)


class WaiverApproval(Endpoint):
    """The permission of a waiver that was asked for."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=WaiverOut)
    def post(self, request: Request, key: str, waiver_id: str) -> Response:
        """Let the failure pass by, as an approver who did not ask for it."""
        waiver = waiver_of(initiative_of(self.principal, key), waiver_id)
        return self.ok(answer_of(WaiverOut, approve_waiver(self.principal, waiver)))


class WaiverRejection(Endpoint):
    """The refusal of a waiver that was asked for."""

    powers = {"POST": Power.APPROVE}

    @extend_schema(request=None, responses=WaiverOut)
    def post(self, request: Request, key: str, waiver_id: str) -> Response:
        """Turn the request down, as an approver."""
        waiver = waiver_of(initiative_of(self.principal, key), waiver_id)
        return self.ok(answer_of(WaiverOut, reject_waiver(self.principal, waiver)))


class WaiverRevocation(Endpoint):
    """The end of a waiver before its time."""

    powers = {"POST": Power.ATTEST}

    @extend_schema(request=None, responses=WaiverOut)
    def post(self, request: Request, key: str, waiver_id: str) -> Response:
        """End a waiver or take the request back, as its requester or a manager."""
        waiver = waiver_of(initiative_of(self.principal, key), waiver_id)
        if not may_take_back(self.principal, waiver.requester_id):
            raise PermissionDenied("Only its requester or a manager may take a waiver back.")
        return self.ok(answer_of(WaiverOut, revoke_waiver(self.principal, waiver)))
