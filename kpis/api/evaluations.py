"""Evaluations: accuracy and coverage at one operating point."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.evaluations import EvaluationReportOut, PointOut, PointParams
from kpis.selectors.evaluation_page import evaluation_answer, evaluation_view, point_answer
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.serializers import answer_of
from projects.access import evaluation_of, initiative_of


class OneEvaluation(Endpoint):
    """One evaluation."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=EvaluationReportOut)
    def get(self, request: Request, key: str, evaluation_id: str) -> Response:
        """Show an evaluation with its curve, and what it gives at its operating point."""
        initiative = initiative_of(self.principal, key)
        view = evaluation_view(initiative, evaluation_of(initiative, evaluation_id))
        return self.ok(answer_of(EvaluationReportOut, evaluation_answer(view)))


class EvaluationPoint(Endpoint):
    """What a threshold of an evaluation gives."""

    powers = {"GET": Power.READ}
    query = {"GET": PointParams}

    @extend_schema(responses=PointOut)
    def get(self, request: Request, key: str, evaluation_id: str) -> Response:
        """Show accuracy, coverage and the effect on each KPI at a threshold, or at the operating point."""
        initiative = initiative_of(self.principal, key)
        evaluation = evaluation_of(initiative, evaluation_id)
        view = evaluation_view(initiative, evaluation, self.params.get("threshold"))
        return self.ok(answer_of(PointOut, point_answer(view)))
