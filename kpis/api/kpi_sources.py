"""Where a KPI's readings come from, by REST: questions tried, kept, changed and asked again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import kpi_of, source_of
from kpis.api.shapes.kpi_sources import (
    CorrectionOut,
    PreviewIn,
    SourceEdit,
    SourceIn,
    SourceOut,
    SourceParams,
)
from kpis.selectors.kpi_sources import correction_list, source_list
from kpis.services.kpi_sources import keep_edit, keep_source, pause_source, remove_source, sync_source
from kpis.services.source_trials import preview_source, try_edit, try_source
from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.api.asked_sources import connection_named, pulling
from projects.api.shapes.questions import PreviewOut, SourceSyncOut
from projects.models import Connection
from projects.services.asked_sources import Tried
from projects.services.asking import Preview

WRITE = Power.WRITE_CONNECTIONS


class Sources(Endpoint):
    """Where a KPI's readings come from."""

    powers = {"GET": Power.READ, "POST": WRITE}
    query = {"GET": SourceParams}
    tried: Tried

    @extend_schema(responses=page_of(SourceOut))
    def get(self, request: Request, key: str) -> Response:
        """List the KPI's sources, the first made first."""
        found = source_list(kpi_of(self.principal, key))
        if "kind" in self.params:
            found = found.filter(kind=self.params["kind"])
        return self.page(found, SourceOut, order="pk")

    def ask(self, request: Request, key: str) -> None:
        """Ask the source's server outside of the transaction."""
        kpi, given = kpi_of(self.principal, key), self.body(SourceIn)
        connection = _connection(self.principal, given)
        self.tried = try_source(kpi, given.pop("kind"), connection, given)

    @extend_schema(request=SourceIn, responses={201: SourceOut})
    def post(self, request: Request, key: str) -> Response:
        """Try a question and keep it; the first pull begins within seconds."""
        made = keep_source(self.principal, kpi_of(self.principal, key), self.tried)
        return self.entity(answer_of(SourceOut, made), made.public_id, made.version, 201)


class SourcePreview(Endpoint):
    """A question that is not kept."""

    powers = {"POST": WRITE}
    found: Preview

    def ask(self, request: Request, key: str) -> None:
        """Ask the source's server, or read the file."""
        kpi, given = kpi_of(self.principal, key), self.body(PreviewIn)
        connection = _connection(self.principal, given)
        content = given.pop("content", "").encode("utf-8", "surrogatepass")
        self.found = preview_source(kpi, given.pop("kind"), connection, given, content)

    @extend_schema(request=PreviewIn, responses=PreviewOut)
    def post(self, request: Request, key: str) -> Response:
        """Say what a question would bring, or why it brings nothing; this may take ten seconds."""
        return self.ok(answer_of(PreviewOut, self.found))


class OneSource(Endpoint):
    """One source of a KPI's readings."""

    powers = {"GET": Power.READ, "PATCH": WRITE, "DELETE": WRITE}
    tried: Tried | None = None

    @extend_schema(responses=SourceOut)
    def get(self, request: Request, key: str, source_id: str) -> Response:
        """Show a source with its condition."""
        found = source_of(kpi_of(self.principal, key), source_id)
        return self.entity(answer_of(SourceOut, found), found.public_id, found.version)

    def ask(self, request: Request, key: str, source_id: str) -> None:
        """Ask the source's server what a changed question brings."""
        if request.method != "PATCH":
            return
        found, given = source_of(kpi_of(self.principal, key), source_id), self.body(SourceEdit, partial=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(SourceOut, found))
        given.pop("paused", None)
        self.tried = try_edit(found, given) if given else None

    @extend_schema(request=SourceEdit, responses=SourceOut)
    def patch(self, request: Request, key: str, source_id: str) -> Response:
        """Change what a source asks, which is tried first, or pause it."""
        found = source_of(kpi_of(self.principal, key), source_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(SourceOut, found))
        paused = self.body(SourceEdit, partial=True).get("paused")
        if self.tried is not None:
            found = keep_edit(self.principal, found, self.tried)
        if paused is not None:
            found = pause_source(self.principal, found, paused=paused)
        return self.entity(answer_of(SourceOut, found), found.public_id, found.version)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, source_id: str) -> Response:
        """Forget a source; the readings that it brought stay."""
        remove_source(self.principal, source_of(kpi_of(self.principal, key), source_id))
        return self.ok(None, 204)


class SourceSync(Endpoint):
    """A pull of a source."""

    powers = {"POST": WRITE}

    @extend_schema(request=None, responses={202: SourceSyncOut})
    def post(self, request: Request, key: str, source_id: str) -> Response:
        """Ask for a pull now."""
        return _pulled(self, key, source_id, whole=False)


class SourceBackFill(Endpoint):
    """A pull of everything that a source has."""

    powers = {"POST": WRITE}

    @extend_schema(request=None, responses={202: SourceSyncOut})
    def post(self, request: Request, key: str, source_id: str) -> Response:
        """Ask for everything from the source's first day again."""
        return _pulled(self, key, source_id, whole=True)


class Corrections(Endpoint):
    """What readings were before they were corrected."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(CorrectionOut))
    def get(self, request: Request, key: str) -> Response:
        """List corrections, the newest first."""
        return self.page(correction_list(kpi_of(self.principal, key)), CorrectionOut, order="-pk")


def _pulled(endpoint: Endpoint, key: str, source_id: str, *, whole: bool) -> Response:
    found = source_of(kpi_of(endpoint.principal, key), source_id)
    return pulling(endpoint, sync_source(endpoint.principal, found, whole=whole))


def _connection(principal: Principal, given: dict[str, Any]) -> Connection | None:
    """Take the connection out of a body; an upload names none."""
    named = given.pop("connection", None)
    return connection_named(principal, named) if named else None
