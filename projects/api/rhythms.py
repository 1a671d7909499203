"""How often words on initiatives are asked for, by REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.api.shapes.rhythms import RhythmIn, RhythmOut, rhythm_answer
from projects.selectors.rhythms import rhythm_in, rhythm_of
from projects.services.rhythms import follow_workspace, set_rhythm


class WorkspaceRhythm(Endpoint):
    """How often a word on each initiative is asked for."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES}

    @extend_schema(responses=RhythmOut)
    def get(self, request: Request) -> Response:
        """Show the rhythm of the initiatives that have none of their own."""
        return self.ok(rhythm_answer(rhythm_in(self.principal.workspace)))

    @extend_schema(request=RhythmIn, responses=RhythmOut)
    def put(self, request: Request) -> Response:
        """Set the rhythm of the initiatives that have none of their own."""
        return self.ok(rhythm_answer(set_rhythm(self.principal, None, **self.body(RhythmIn))))


class InitiativeRhythm(Endpoint):
    """How often a word on one initiative is asked for."""

    powers = {"GET": Power.READ, "PUT": Power.WRITE_INITIATIVES, "DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses=RhythmOut)
    def get(self, request: Request, key: str) -> Response:
        """Show the initiative's own rhythm, else the workspace's."""
        return self.ok(rhythm_answer(rhythm_of(initiative_of(self.principal, key))))

    @extend_schema(request=RhythmIn, responses=RhythmOut)
    def put(self, request: Request, key: str) -> Response:
        """Give the initiative a rhythm of its own."""
        initiative = initiative_of(self.principal, key)
        return self.ok(rhythm_answer(set_rhythm(self.principal, initiative, **self.body(RhythmIn))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Let the initiative follow the workspace's rhythm again."""
        follow_workspace(self.principal, initiative_of(self.principal, key))
        return self.ok(None, 204)
