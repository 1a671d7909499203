"""Evaluations, reported as counts."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of
from projects.api.shapes.evaluations import EvaluationIn, EvaluationParams, EvaluationSummary
from projects.selectors.lists import evaluation_list
from projects.services.evaluation_pushes import EvaluationDiffers, EvaluationRejected, push_evaluation


class Evaluations(Endpoint):
    """How models did on counted cases."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_EVALUATIONS}
    query = {"GET": EvaluationParams}

    @extend_schema(responses=page_of(EvaluationSummary))
    def get(self, request: Request, key: str) -> Response:
        """List evaluations, the last measured first."""
        found = evaluation_list(initiative_of(self.principal, key), self.params)
        return self.page(found, EvaluationSummary, order="-at")

    @extend_schema(request=EvaluationIn, responses={200: EvaluationSummary, 201: EvaluationSummary})
    def post(self, request: Request, key: str) -> Response:
        """Report an evaluation as counts: 201 when it is new, 200 when the very same was known."""
        initiative = initiative_of(self.principal, key)
        try:
            made, new = push_evaluation(self.principal, initiative, request.data)
        except EvaluationRejected as rejected:
            raise invalid([asdict(each) for each in rejected.faults]) from None  # type: ignore[misc]
        except EvaluationDiffers as differs:
            raise Problem(409, "conflict", str(differs), extra={"fields": differs.fields}) from None
        return self.ok(answer_of(EvaluationSummary, made), 201 if new else 200)
