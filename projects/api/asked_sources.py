"""What endpoints of sources share, whatever their answers become."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404
from rest_framework.response import Response

from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.rest.serializers import answer_of
from projects.access import connection_of
from projects.api.shapes.questions import SourceSyncOut
from projects.models import Connection, SyncAttempt


def connection_named(principal: Principal, public_id: str) -> Connection:
    """Return the connection that a body names. Raises ValidationError for one that is not here."""
    try:
        return connection_of(principal, public_id)
    except Http404 as error:
        raise ValidationError({"connection": str(error)}) from error


def pulling(endpoint: Endpoint, attempt: SyncAttempt) -> Response:
    """Answer with the pull that was asked for."""
    return endpoint.ok(answer_of(SourceSyncOut, {"attempt": attempt.public_id, "state": attempt.state}), 202)
