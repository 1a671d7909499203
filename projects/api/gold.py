"""Gold questions: tasks whose right label is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.problems import invalid
from mltrack.rest.query import PageParams
from projects.access import initiative_of
from projects.api.shapes.labeling import GoldBatchIn, GoldCountsOut, GoldTaskOut
from projects.selectors.lists import gold_list
from projects.services.annotation_pushes import AnnotationsRejected
from projects.services.gold import set_gold


class Gold(Endpoint):
    """Which labels are known to be right."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_LABELS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(GoldTaskOut))
    def get(self, request: Request, key: str) -> Response:
        """List the tasks whose right label is known, by name: those of a tool's ground truth, and those set here."""
        return self.page(gold_list(initiative_of(self.principal, key)), GoldTaskOut, order="external_id")

    @extend_schema(request=GoldBatchIn, responses=GoldCountsOut)
    def post(self, request: Request, key: str) -> Response:
        """Say which label is right of up to 10,000 tasks that are pushed; all or none are kept.

        A tool's tasks have the ground truth of the tool.
        """
        initiative = initiative_of(self.principal, key)
        try:
            counts = set_gold(self.principal, initiative, _gold(request.data))
        except AnnotationsRejected as rejected:
            raise invalid([asdict(each) for each in rejected.faults]) from None  # type: ignore[misc]
        return self.ok(asdict(counts))


def _gold(body: Any) -> Any:
    """Return what stands under `gold`. Raises ValidationError for other keys; the service looks at the rest."""
    if not isinstance(body, Mapping):
        raise serializers.ValidationError([ErrorDetail('Write {"gold": […]}.', "invalid")])
    others = [key for key in body if key != "gold"]
    if others:
        raise serializers.ValidationError(
            {key: [ErrorDetail(f"{key[:100]} is not known here.", "unknown_key")] for key in others}
        )
    return body.get("gold")
