"""Label audits by REST: draw a sample, give it second labels, close it, and read how many labels are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.label_audits import (
    AuditedTaskOut,
    AuditIn,
    AuditOut,
    AuditParams,
    DiscardIn,
    RelabelCountsOut,
    RelabelsIn,
)
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.query import PageParams
from mltrack.rest.requests import StrictRequest
from mltrack.rest.serializers import answer_of
from projects.access import audit_of, initiative_of
from projects.models import RelabelSource
from projects.selectors.label_audits import audit_list, audited_tasks
from projects.services.label_audits import AuditNotOpen, close_audit, discard_audit, draw_audit
from projects.services.relabels import RelabelsRejected, record_relabels, take_relabels


class Audits(Endpoint):
    """Samples of labeled tasks that are labeled again."""

    powers = {"GET": Power.READ, "POST": Power.RUN_AUDITS}
    query = {"GET": AuditParams}

    @extend_schema(responses=page_of(AuditOut))
    def get(self, request: Request, key: str) -> Response:
        """List label audits, newest first, closed ones with what they say."""
        found = audit_list(initiative_of(self.principal, key), self.params)
        return self.page(found, AuditOut, order="-pk")

    @extend_schema(request=AuditIn, responses={200: AuditOut, 201: AuditOut})
    def post(self, request: Request, key: str) -> Response:
        """Draw a sample: 201 when it is new, 200 when the very same is open. No other is drawn while one is open."""
        made, new = draw_audit(self.principal, initiative_of(self.principal, key), **self.body(AuditIn))
        return self.ok(answer_of(AuditOut, made), 201 if new else 200)


class OneAudit(Endpoint):
    """One label audit."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=AuditOut)
    def get(self, request: Request, key: str, audit_id: str) -> Response:
        """Show an audit, once it is closed with what it says."""
        return self.ok(answer_of(AuditOut, audit_of(initiative_of(self.principal, key), audit_id)))


class AuditTasks(Endpoint):
    """The tasks of a label audit."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(AuditedTaskOut))
    def get(self, request: Request, key: str, audit_id: str) -> Response:
        """List them in the order in which they are to be labeled again, without their labels while it is open."""
        audit = audit_of(initiative_of(self.principal, key), audit_id)
        return self.page(audited_tasks(audit), AuditedTaskOut, order="number")


class Relabels(Endpoint):
    """Second labels of a label audit's tasks."""

    powers = {"POST": Power.WRITE_LABELS}

    @extend_schema(request=RelabelsIn, responses=RelabelCountsOut)
    def post(self, request: StrictRequest, key: str, audit_id: str) -> Response:
        """Report up to 10,000 second labels; all or none are kept. A later one of a task overwrites."""
        audit = audit_of(initiative_of(self.principal, key), audit_id)
        items = _relabels(request.data)
        try:
            counts = record_relabels(self.principal, audit, items, source=RelabelSource.API, sent=request.raw_body)
        except RelabelsRejected as rejected:
            raise invalid([asdict(each) for each in rejected.faults]) from None  # type: ignore[misc]
        except AuditNotOpen as error:
            raise _not_open(error) from None
        return self.ok(asdict(counts))


class ToolRelabels(Endpoint):
    """Second labels that the labeling tool holds."""

    powers = {"POST": Power.WRITE_LABELS}

    @extend_schema(request=None, responses=RelabelCountsOut)
    def post(self, request: Request, key: str, audit_id: str) -> Response:
        """Take what was annotated after the drawing by somebody who had not annotated the task before."""
        audit = audit_of(initiative_of(self.principal, key), audit_id)
        try:
            counts = take_relabels(self.principal, audit)
        except AuditNotOpen as error:
            raise _not_open(error) from None
        return self.ok(asdict(counts))


class AuditClosing(Endpoint):
    """The end of a label audit."""

    powers = {"POST": Power.RUN_AUDITS}

    @extend_schema(request=None, responses=AuditOut)
    def post(self, request: Request, key: str, audit_id: str) -> Response:
        """Close an audit of which something was labeled again: from then on it says how many labels are wrong."""
        audit = audit_of(initiative_of(self.principal, key), audit_id)
        try:
            closed = close_audit(self.principal, audit)
        except AuditNotOpen as error:
            raise _not_open(error) from None
        return self.ok(answer_of(AuditOut, closed))


class AuditDiscarding(Endpoint):
    """The giving up of a label audit."""

    powers = {"POST": Power.RUN_AUDITS}

    @extend_schema(request=DiscardIn, responses=AuditOut)
    def post(self, request: Request, key: str, audit_id: str) -> Response:
        """Give up an open audit for a reason; it stays in the list and says nothing about labels."""
        audit = audit_of(initiative_of(self.principal, key), audit_id)
        try:
            given_up = discard_audit(self.principal, audit, **self.body(DiscardIn))
        except AuditNotOpen as error:
            raise _not_open(error) from None
        return self.ok(answer_of(AuditOut, given_up))


def _not_open(error: AuditNotOpen) -> Problem:
    return Problem(409, "conflict", str(error))


def _relabels(body: Any) -> Any:
    """Return what stands under `relabels`. Raises ValidationError for other keys; the service looks at the rest."""
    if not isinstance(body, Mapping):
        raise serializers.ValidationError([ErrorDetail('Write {"relabels": […]}.', "invalid")])
    others = [key for key in body if key != "relabels"]
    if others:
        raise serializers.ValidationError(
            {key: [ErrorDetail(f"{key[:100]} is not known here.", "unknown_key")] for key in others}
        )
    return body.get("relabels")
