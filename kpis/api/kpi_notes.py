"""People's notes on a KPI's history."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import kpi_of, note_of
from kpis.selectors.lists import note_list
from kpis.services.kpi_notes import LONGEST, edit_note, remove_note, write_note
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.pages import page_of
from mltrack.rest.plain_fields import DayField, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer, answer_of


class NoteIn(StrictSerializer):
    """What happened on a day."""

    day = DayField()
    text = serializers.CharField(max_length=LONGEST)


class NoteOut(NoteIn):
    """A kept note."""

    id = serializers.CharField(source="public_id")
    author = person("author")
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()


class Notes(Endpoint):
    """A KPI's notes."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_READINGS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(NoteOut))
    def get(self, request: Request, key: str) -> Response:
        """List notes, the newest day first."""
        return self.page(note_list(kpi_of(self.principal, key)), NoteOut, order="-day")

    @extend_schema(request=NoteIn, responses={201: NoteOut})
    def post(self, request: Request, key: str) -> Response:
        """Write a note."""
        made = write_note(self.principal, kpi_of(self.principal, key), **self.body(NoteIn))
        return self.ok(answer_of(NoteOut, made), 201)


class OneNote(Endpoint):
    """One note."""

    powers = {"PATCH": Power.WRITE_READINGS, "DELETE": Power.WRITE_READINGS}

    @extend_schema(request=NoteIn, responses=NoteOut)
    def patch(self, request: Request, key: str, note_id: str) -> Response:
        """Change one's own note; a manager anybody's."""
        found = note_of(kpi_of(self.principal, key), note_id)
        return self.ok(answer_of(NoteOut, edit_note(self.principal, found, **self.body(NoteIn, partial=True))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, note_id: str) -> Response:
        """Remove one's own note; a manager anybody's. The page brings it back."""
        remove_note(self.principal, note_of(kpi_of(self.principal, key), note_id))
        return self.ok(None, 204)
