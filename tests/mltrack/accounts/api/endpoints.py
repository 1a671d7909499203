"""A tiny API over the audit trail and the workspace's name, to try the base classes on."""

from __future__ import annotations

import math
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import connection, transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.models import AuditEvent, Workspace
from mltrack.accounts.policy import Power
from mltrack.accounts.services.audit import record_audit
from mltrack.rest.fields import JSONMapField, KeyField, MetricsField, UTCDateTimeField
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer, answer_of


class PartIn(StrictSerializer):
    size = serializers.IntegerField(required=False, allow_null=True)


class NoteIn(StrictSerializer):
    key = KeyField()
    text = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    weight = serializers.FloatField(required=False, allow_null=True)
    urgent = serializers.BooleanField(required=False)
    at = UTCDateTimeField(required=False)
    metrics = MetricsField(required=False, max_keys=20)
    tags = JSONMapField(required=False, max_keys=20)
    part = PartIn(required=False)


class NoteOut(StrictSerializer):
    key = serializers.CharField(source="object_key")
    text = serializers.CharField(source="reason")
    tags = JSONMapField(source="after")
    at = UTCDateTimeField()


class NoteParams(PageParams):
    key = serializers.CharField(required=False, max_length=60)
    since = UTCDateTimeField(required=False)
    tag = serializers.ListField(child=serializers.CharField(max_length=20), required=False)


class NameIn(StrictSerializer):
    name = serializers.CharField(max_length=120)


class NameOut(StrictSerializer):
    name = serializers.CharField()


class Notes(Endpoint):
    """Notes of the workspace."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_RUNS}
    query = {"GET": NoteParams}

    @extend_schema(responses=page_of(NoteOut))
    def get(self, request: Request) -> Response:
        """List notes, newest first."""
        notes = AuditEvent.objects.filter(workspace=self.principal.workspace, action="note")
        if "key" in self.params:
            notes = notes.filter(object_key=self.params["key"])
        return self.page(notes, NoteOut, order="-id")

    @extend_schema(request=NoteIn, responses={201: NoteOut})
    def post(self, request: Request) -> Response:
        """Write a note."""
        given = self.body(NoteIn)
        note = record_audit(self.principal, "note", "note", given["key"], after=given.get("tags"), reason=given["text"])
        return self.ok(answer_of(NoteOut, note), 201, {"Location": f"/api/v1/notes/{note.object_key}/"})


class OneNote(Endpoint):
    """The newest note with a key."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=NoteOut)
    def get(self, request: Request, key: str) -> Response:
        """Show it."""
        notes = AuditEvent.objects.filter(workspace=self.principal.workspace, action="note", object_key=key)
        note = notes.order_by("-id").first()
        if note is None:
            raise Http404(f"No note {key[:40]} here.")
        return self.entity(answer_of(NoteOut, note), note.object_key, note.pk)


class Name(Endpoint):
    """The workspace's name: a versioned object whose version is the name itself."""

    powers = {"GET": Power.READ, "PATCH": Power.ADMINISTER}

    @extend_schema(responses=NameOut)
    def get(self, request: Request) -> Response:
        """Show it."""
        workspace = self.principal.workspace
        return self.entity({"name": workspace.name}, workspace.key, workspace.name)

    @extend_schema(request=NameIn, responses=NameOut)
    def patch(self, request: Request) -> Response:
        """Change it."""
        workspace = Workspace.objects.select_for_update().get(pk=self.principal.workspace.pk)
        self.conditional(workspace.key, workspace.name, lambda: {"name": workspace.name})
        workspace.name = self.body(NameIn, partial=True).get("name", workspace.name)
        workspace.save()
        return self.entity({"name": workspace.name}, workspace.key, workspace.name)


class FaultParams(Params):
    how = serializers.CharField()


def _sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def _run_out_of_time() -> None:
    with transaction.atomic():
        _sql("SET LOCAL statement_timeout = 10")
        _sql("SELECT pg_sleep(1)")


def _write_while_read_only() -> None:
    _sql("SET TRANSACTION READ ONLY")
    _sql("UPDATE accounts_workspace SET name = 'x'")


def _raise(error: Exception) -> None:
    raise error


FAULTS: dict[str, Any] = {
    "conflict": lambda: _sql("UPDATE accounts_workspace SET key = 'same'"),
    "data": lambda: _sql("SELECT (2^40)::bigint::integer"),
    "time": _run_out_of_time,
    "read_only": _write_while_read_only,
    "program": lambda: _sql("SELECT nothing_like_it"),
    "model": lambda: _raise(ValidationError({"name": ValidationError("Too short.", "short"), "__all__": ["Odd."]})),
    "model_list": lambda: _raise(ValidationError(["One.", "Two."])),
    "denied": lambda: _raise(PermissionDenied("Only on Mondays.")),
    "suspicious": lambda: _raise(SuspiciousOperation("Hm.")),
    "crash": lambda: _raise(RuntimeError("secret words")),
}


class Fault(Endpoint):
    """Writes a note, then fails as it is told."""

    powers = {"POST": Power.WRITE_RUNS}
    query = {"POST": FaultParams}

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Fail."""
        record_audit(self.principal, "note", "note", "lost")
        how = self.params["how"]
        if how in FAULTS:
            FAULTS[how]()
        return self.ok({"value": math.nan if how == "nan" else 1}, 418 if how == "teapot" else 200)
