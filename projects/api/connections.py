"""Connections to foreign systems, their pulls, and which of their runs count for an initiative."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.etags import etag_of
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import connection_of, initiative_of
from projects.api.shapes.connections import (
    AttemptOut,
    ConnectionEdit,
    ConnectionIn,
    ConnectionOut,
    ConnectionParams,
    SelectionIn,
    SelectionOut,
)
from projects.models import Connection
from projects.selectors.lists import attempt_list, connection_list, rule_list
from projects.services import connections as service
from projects.services.selection import set_selection


def _with_initiative(principal: Principal, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the initiative behind its key. Raises ValidationError for one that is not here."""
    if given.get("initiative") is None:
        return given
    with named_by("initiative"):
        return {**given, "initiative": initiative_of(principal, given["initiative"])}


class Connections(Endpoint):
    """The workspace's connections."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_CONNECTIONS}
    query = {"GET": ConnectionParams}

    @extend_schema(responses=page_of(ConnectionOut))
    def get(self, request: Request) -> Response:
        """List connections by name."""
        return self.page(connection_list(self.principal, self.params), ConnectionOut, order="name")

    @extend_schema(request=ConnectionIn, responses={201: ConnectionOut})
    def post(self, request: Request) -> Response:
        """Make a connection; its first pull begins within seconds."""
        given = _with_initiative(self.principal, self.body(ConnectionIn))
        made = service.create_connection(self.principal, **given)
        answer = _shown(self, made, 201)
        answer["Location"] = f"/api/v1/connections/{made.public_id}/"
        return answer


class OneConnection(Endpoint):
    """One connection."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_CONNECTIONS, "DELETE": Power.WRITE_CONNECTIONS}

    @extend_schema(responses=ConnectionOut)
    def get(self, request: Request, connection_id: str) -> Response:
        """Show a connection; its ETag tells versions of its settings apart."""
        return _shown(self, connection_of(self.principal, connection_id))

    @extend_schema(request=ConnectionEdit, responses=ConnectionOut)
    def patch(self, request: Request, connection_id: str) -> Response:
        """Change a connection; a new scheme, host or port clears the secret unless a new one comes with it."""
        found = connection_of(self.principal, connection_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(ConnectionOut, found))
        given = _with_initiative(self.principal, self.body(ConnectionEdit, partial=True))
        return _shown(self, service.edit_connection(self.principal, found, given) if given else found)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, connection_id: str) -> Response:
        """Delete a connection with all the runs that it brought."""
        found = connection_of(self.principal, connection_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(ConnectionOut, found))
        service.delete_connection(self.principal, found)
        return self.ok(None, 204)


def _shown(endpoint: Endpoint, connection: Connection, status: int = 200) -> Response:
    """Answer with a connection. It is never 304: when it was pulled last changes beside its version."""
    answer = endpoint.ok(answer_of(ConnectionOut, connection), status)
    answer["ETag"] = etag_of(connection.public_id, connection.version)
    return answer


class Sync(Endpoint):
    """A pull now."""

    powers = {"POST": Power.WRITE_CONNECTIONS}

    @extend_schema(request=None, responses={202: AttemptOut})
    def post(self, request: Request, connection_id: str) -> Response:
        """Ask for a pull; it begins within seconds. Asking twice is asking once."""
        attempt = service.ask_sync(self.principal, connection_of(self.principal, connection_id))
        return self.ok(answer_of(AttemptOut, attempt), 202)


class Attempts(Endpoint):
    """The pulls of a connection that were asked for, brought something, or failed."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(AttemptOut))
    def get(self, request: Request, connection_id: str) -> Response:
        """List pulls, newest first."""
        return self.page(attempt_list(connection_of(self.principal, connection_id)), AttemptOut, order="-pk")


class Selection(Endpoint):
    """Which runs of which connections count for an initiative."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES}

    @extend_schema(responses=SelectionOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the rules; a run that fits any of them counts."""
        return self.ok(answer_of(SelectionOut, {"rules": rule_list(initiative_of(self.principal, key))}))

    @extend_schema(request=SelectionIn, responses=SelectionOut)
    def put(self, request: Request, key: str) -> Response:
        """Replace all rules."""
        initiative = initiative_of(self.principal, key)
        rules = set_selection(self.principal, initiative, self.body(SelectionIn)["rules"])
        return self.ok(answer_of(SelectionOut, {"rules": rules}))
