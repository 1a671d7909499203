"""Figures of single annotators, for the labeling lead alone."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.labeling import AnnotatorsOut
from kpis.scoring.labeling.answer import gold_answer
from kpis.scoring.labeling.gold import AnnotatorFigure
from kpis.selectors.annotators import annotator_page
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from projects.access import initiative_of


class Annotators(Endpoint):
    """What single annotators labeled, and how it compares."""

    powers = {"GET": Power.SEE_ANNOTATORS}

    @extend_schema(responses=AnnotatorsOut)
    def get(self, request: Request, key: str) -> Response:
        """Show figures by pseudonym, for the tokens of a labeling lead alone, and while they are switched on."""
        found = annotator_page(self.principal, initiative_of(self.principal, key))
        return self.ok(
            {"on": found.on, "annotators": [_figure(each) for each in found.figures], "too_few": found.too_few}
        )


def _figure(each: AnnotatorFigure) -> dict[str, Any]:
    compared = {"agreed": each.agreed, "compared": each.compared, "value": each.agreement}
    return {
        "annotator": f"Annotator {each.number}",
        "project": each.project or None,
        "tasks": each.tasks,
        "gold": None if each.gold is None else gold_answer(each.gold),
        "agreement": None if each.agreement is None else compared,
    }
