"""The paths of the tiny API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mltrack import api_docs
from tests.mltrack.accounts.api.endpoints import Fault, Name, Notes, OneNote


def up(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    return HttpResponse()


urlpatterns = [
    path("up/", up),
    path("api/v1/notes/", Notes.as_view()),
    path("api/v1/notes/<key>/", OneNote.as_view()),
    path("api/v1/name/", Name.as_view()),
    path("api/v1/fault/", Fault.as_view()),
    path("api/v1/schema/", api_docs.schema, name="api_schema"),
    path("api/v1/docs/", api_docs.docs, name="api_docs"),
    path("preferences/", up, name="preferences"),
]
handler400 = "mltrack.rest.handlers.bad_request"
handler403 = "mltrack.rest.handlers.permission_denied"
handler404 = "mltrack.rest.handlers.page_not_found"
handler500 = "mltrack.rest.handlers.server_error"
