"""Where an initiative's observations are asked for, by REST: questions tried, kept, changed and asked again."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of, observation_source_of
from projects.api.asked_sources import connection_named, pulling
from projects.api.shapes.observation_sources import (
    ObservationQuestionIn,
    ObservationSourceEdit,
    ObservationSourceIn,
    ObservationSourceOut,
    ObservationSourceParams,
)
from projects.api.shapes.questions import PreviewOut, SourceSyncOut
from projects.selectors.observation_sources import observation_source_list
from projects.services.asked_sources import Tried
from projects.services.asking import Preview
from projects.services.observation_sources import keep_edit, keep_source, pause_source, remove_source, sync_source
from projects.services.observation_trials import preview_source, try_edit, try_source

WRITE = Power.WRITE_CONNECTIONS


class ObservationSources(Endpoint):
    """Where an initiative's observations are asked for."""

    powers = {"GET": Power.READ, "POST": WRITE}
    query = {"GET": ObservationSourceParams}
    tried: Tried

    @extend_schema(responses=page_of(ObservationSourceOut))
    def get(self, request: Request, key: str) -> Response:
        """List the initiative's sources of observations, the first made first."""
        found = observation_source_list(initiative_of(self.principal, key))
        if "kind" in self.params:
            found = found.filter(kind=self.params["kind"])
        return self.page(found, ObservationSourceOut, order="pk")

    def ask(self, request: Request, key: str) -> None:
        """Ask the source's server outside of the transaction."""
        initiative, given = initiative_of(self.principal, key), self.body(ObservationSourceIn)
        self.tried = try_source(initiative, connection_named(self.principal, given.pop("connection")), given)

    @extend_schema(request=ObservationSourceIn, responses={201: ObservationSourceOut})
    def post(self, request: Request, key: str) -> Response:
        """Try a question and keep it; the first pull begins within seconds."""
        made = keep_source(self.principal, initiative_of(self.principal, key), self.tried)
        return self.entity(answer_of(ObservationSourceOut, made), made.public_id, made.version, 201)


class ObservationSourcePreview(Endpoint):
    """A question for observations that is not kept."""

    powers = {"POST": WRITE}
    found: Preview

    def ask(self, request: Request, key: str) -> None:
        """Ask the source's server."""
        initiative, given = initiative_of(self.principal, key), self.body(ObservationQuestionIn)
        self.found = preview_source(initiative, connection_named(self.principal, given.pop("connection")), given)

    @extend_schema(request=ObservationQuestionIn, responses=PreviewOut)
    def post(self, request: Request, key: str) -> Response:
        """Say what a question would bring, or why it brings nothing; this may take ten seconds."""
        return self.ok(answer_of(PreviewOut, self.found))


class OneObservationSource(Endpoint):
    """One source of observations."""

    powers = {"GET": Power.READ, "PATCH": WRITE, "DELETE": WRITE}
    tried: Tried | None = None

    @extend_schema(responses=ObservationSourceOut)
    def get(self, request: Request, key: str, observing_id: str) -> Response:
        """Show a source with its condition."""
        found = observation_source_of(initiative_of(self.principal, key), observing_id)
        return self.entity(answer_of(ObservationSourceOut, found), found.public_id, found.version)

    def ask(self, request: Request, key: str, observing_id: str) -> None:
        """Ask the source's server what a changed question brings."""
        if request.method != "PATCH":
            return
        found = observation_source_of(initiative_of(self.principal, key), observing_id)
        given = self.body(ObservationSourceEdit, partial=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(ObservationSourceOut, found))
        given.pop("paused", None)
        self.tried = try_edit(found, given) if given else None

    @extend_schema(request=ObservationSourceEdit, responses=ObservationSourceOut)
    def patch(self, request: Request, key: str, observing_id: str) -> Response:
        """Change what a source asks, which is tried first, or pause it."""
        found = observation_source_of(initiative_of(self.principal, key), observing_id, lock=True)
        self.conditional(found.public_id, found.version, lambda: answer_of(ObservationSourceOut, found))
        paused = self.body(ObservationSourceEdit, partial=True).get("paused")
        if self.tried is not None:
            found = keep_edit(self.principal, found, self.tried)
        if paused is not None:
            found = pause_source(self.principal, found, paused=paused)
        return self.entity(answer_of(ObservationSourceOut, found), found.public_id, found.version)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, observing_id: str) -> Response:
        """Forget a source; the observations that it brought stay."""
        remove_source(self.principal, observation_source_of(initiative_of(self.principal, key), observing_id))
        return self.ok(None, 204)


class ObservationSourceSync(Endpoint):
    """A pull of a source of observations."""

    powers = {"POST": WRITE}

    @extend_schema(request=None, responses={202: SourceSyncOut})
    def post(self, request: Request, key: str, observing_id: str) -> Response:
        """Ask for a pull now."""
        return _pulled(self, key, observing_id, whole=False)


class ObservationSourceBackFill(Endpoint):
    """A pull of all that a source of observations has."""

    powers = {"POST": WRITE}

    @extend_schema(request=None, responses={202: SourceSyncOut})
    def post(self, request: Request, key: str, observing_id: str) -> Response:
        """Ask for everything from the source's first day again."""
        return _pulled(self, key, observing_id, whole=True)


def _pulled(endpoint: Endpoint, key: str, observing_id: str, *, whole: bool) -> Response:
    found = observation_source_of(initiative_of(endpoint.principal, key), observing_id)
    return pulling(endpoint, sync_source(endpoint.principal, found, whole=whole))
