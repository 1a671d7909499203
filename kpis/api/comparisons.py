"""Evaluations compared: with another one, and between groups of people."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.fairness import FairnessOut, FairnessParams
from kpis.api.shapes.versus import VersusOut, VersusParams
from kpis.scoring.evaluations.cell_rows import cell_rows
from kpis.selectors.evaluation_fairness import fairness_answer, fairness_audit
from kpis.selectors.evaluation_rivals import rivalry, rivalry_answer
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.file_answer import csv_answer
from mltrack.rest.serializers import answer_of
from projects.access import evaluation_of, initiative_of
from projects.selectors.evaluations import tally_of


class Versus(Endpoint):
    """Champion and challenger."""

    powers = {"GET": Power.READ}
    query = {"GET": VersusParams}

    @extend_schema(responses=VersusOut)
    def get(self, request: Request, key: str, evaluation_id: str) -> Response:
        """Hold an evaluation against another: what gets better and worse, for whom, and what of it has changed."""
        initiative = initiative_of(self.principal, key)
        evaluation = evaluation_of(initiative, evaluation_id)
        found = rivalry(initiative, evaluation, self.params["with"], timezone.now())
        return self.ok(answer_of(VersusOut, rivalry_answer(found)))


class Fairness(Endpoint):
    """A fairness audit."""

    powers = {"GET": Power.READ}
    query = {"GET": FairnessParams}

    @extend_schema(responses=FairnessOut)
    def get(self, request: Request, key: str, evaluation_id: str) -> Response:
        """Show what the model does with each group of people at the operating point, or at a threshold."""
        initiative = initiative_of(self.principal, key)
        evaluation = evaluation_of(initiative, evaluation_id)
        found = fairness_audit(initiative, evaluation, self.params.get("threshold"))
        return self.ok(answer_of(FairnessOut, fairness_answer(found)))


class Cells(Endpoint):
    """The counts behind an evaluation."""

    powers = {"GET": Power.READ}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, key: str, evaluation_id: str) -> HttpResponseBase:
        """Export right and wrong by confidence, slice and group as CSV; small groups are folded into "(hidden)"."""
        evaluation = evaluation_of(initiative_of(self.principal, key), evaluation_id)
        return csv_answer(cell_rows(tally_of(evaluation)), f"{key}-{evaluation.public_id}-cells")
