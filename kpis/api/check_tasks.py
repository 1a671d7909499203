"""The task of a readiness check by REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.selectors.checks import check_of
from kpis.selectors.snapshots import readiness_document
from kpis.services.check_tasks import open_check_task
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.named import named_by
from mltrack.rest.serializers import StrictSerializer
from projects.access import initiative_of, sprint_of
from projects.api.shapes.tasks import OneTaskOut
from projects.api.tasks import shown
from projects.selectors.sent_tasks import HERE, chosen_tracker
from projects.services.task_fields import LARGEST_ESTIMATE


class CheckTaskIn(StrictSerializer):
    """What is known of the task when it is opened."""

    estimate = serializers.FloatField(min_value=0, max_value=float(LARGEST_ESTIMATE), required=False, allow_null=True)
    sprint = serializers.CharField(max_length=40, required=False, allow_null=True, help_text="The id of a sprint.")
    tracker = serializers.CharField(
        max_length=40,
        required=False,
        allow_null=True,
        help_text="The id of the connection in whose tracker it is opened; null keeps it here. Absent: the only one.",
    )


class CheckTask(Endpoint):
    """The one task of a check that does not pass."""

    powers = {"POST": Power.WRITE_TASKS}

    @extend_schema(request=CheckTaskIn, responses={200: OneTaskOut, 201: OneTaskOut})
    def post(self, request: Request, key: str, check_id: str) -> Response:
        """Open it: 201 when it is new, 200 when there is one, which is opened again if it was ended."""
        initiative = initiative_of(self.principal, key)
        check_of(initiative, check_id, readiness_document(initiative))
        given: dict[str, Any] = self.body(CheckTaskIn)
        if given.get("sprint") is not None:
            with named_by("sprint"):
                given["sprint"] = sprint_of(self.principal, given["sprint"])
        asked = given.pop("tracker", "")
        given["tracker"] = chosen_tracker(initiative, HERE if asked is None else asked)
        task, is_new = open_check_task(self.principal, initiative, check_id, **given)
        return shown(self, task, 201 if is_new else 200)
