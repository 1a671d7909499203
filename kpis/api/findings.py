"""What a person does with a finding for themselves, and its task, by REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.services.finding_mutes import SCOPES, mute_finding
from kpis.services.mail_choices import member_of
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import StrictSerializer
from projects.access import finding_of
from projects.api.shapes.tasks import OneTaskOut
from projects.api.tasks import shown
from projects.services.finding_tasks import open_finding_task


class FindingMuteIn(StrictSerializer):
    """How much one wants to hear nothing of: the cause, what has the finding's name in its source, or the source."""

    scope = serializers.ChoiceField(list(SCOPES))


class FindingMute(Endpoint):
    """What the token's owner wants to hear nothing of."""

    powers = {"PUT": Power.ATTEST, "DELETE": Power.ATTEST}

    @extend_schema(request=FindingMuteIn, responses=FindingMuteIn)
    def put(self, request: Request, finding_id: str) -> Response:
        """Be told nothing more of a finding's cause, name or source."""
        found, asked = finding_of(self.principal, finding_id), self.body(FindingMuteIn)
        mute_finding(member_of(self.principal), found, asked["scope"])
        return self.ok(asked)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, finding_id: str) -> Response:
        """Hear of it again."""
        mute_finding(member_of(self.principal), finding_of(self.principal, finding_id), None)
        return self.ok(None, 204)


class FindingTask(Endpoint):
    """The one task of a finding."""

    powers = {"POST": Power.WRITE_TASKS}

    @extend_schema(request=None, responses={200: OneTaskOut, 201: OneTaskOut})
    def post(self, request: Request, finding_id: str) -> Response:
        """Open it: 201 when it is new, 200 when there is one, which is opened again if it was ended."""
        task, is_new = open_finding_task(self.principal, finding_of(self.principal, finding_id))
        return shown(self, task, 201 if is_new else 200)
