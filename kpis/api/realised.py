"""What initiatives moved and cost, and what was decided, by REST."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import cost_of, kpi_of, result_of
from kpis.api.shapes.realised import (
    CostIn,
    CostOut,
    ExperimentIn,
    ExperimentOut,
    ResultIn,
    ResultOut,
    ValueDecisionIn,
    ValueDecisionOut,
)
from kpis.models import KPI
from kpis.selectors.realised_lists import cost_list, decision_list, experiment_list, result_list, results_of_kpi
from kpis.services.experiments import record_experiment
from kpis.services.results import keep_result
from kpis.services.value import add_cost, decide_value, remove_cost
from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


def _kpi(principal: Principal, key: str) -> KPI:
    """Return a KPI that a body names. Raises ValidationError."""
    try:
        return kpi_of(principal, key)
    except Http404 as error:
        raise ValidationError({"kpi": str(error)}) from error


class Results(Endpoint):
    """What an initiative moved, as it was answered."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ResultOut))
    def get(self, request: Request, key: str) -> Response:
        """List kept answers with their evidence, the newest first."""
        return self.page(result_list(initiative_of(self.principal, key)), ResultOut, order="-pk")

    @extend_schema(request=ResultIn, responses={201: ResultOut})
    def post(self, request: Request, key: str) -> Response:
        """Ask what an initiative moved in a KPI, and keep the answer, also one that there is no credible one."""
        initiative, given = initiative_of(self.principal, key), self.body(ResultIn)
        kept = keep_result(self.principal, initiative, _kpi(self.principal, given.pop("kpi")), **given)
        return self.ok(answer_of(ResultOut, kept), 201)


class OneResult(Endpoint):
    """One answer."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=ResultOut)
    def get(self, request: Request, key: str, result_id: str) -> Response:
        """Show an answer with its evidence."""
        return self.ok(answer_of(ResultOut, result_of(initiative_of(self.principal, key), result_id)))


class KpiResults(Endpoint):
    """What initiatives moved in a KPI."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ResultOut))
    def get(self, request: Request, key: str) -> Response:
        """List every answer about a KPI, the newest first."""
        return self.page(results_of_kpi(kpi_of(self.principal, key)), ResultOut, order="-pk")


class Experiments(Endpoint):
    """Experiments on KPIs."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_READINGS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ExperimentOut))
    def get(self, request: Request, key: str) -> Response:
        """List experiments, the newest first."""
        return self.page(experiment_list(initiative_of(self.principal, key)), ExperimentOut, order="-pk")

    @extend_schema(request=ExperimentIn, responses={200: ExperimentOut, 201: ExperimentOut})
    def post(self, request: Request, key: str) -> Response:
        """Record an experiment: 201 when it is new, 200 when its external id was known."""
        initiative, given = initiative_of(self.principal, key), self.body(ExperimentIn)
        kpi = _kpi(self.principal, given.pop("kpi"))
        made, new = record_experiment(self.principal, initiative, kpi, **given)
        return self.ok(answer_of(ExperimentOut, made), 201 if new else 200)


class Costs(Endpoint):
    """What an initiative cost."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(CostOut))
    def get(self, request: Request, key: str) -> Response:
        """List costs, the newest first."""
        return self.page(cost_list(initiative_of(self.principal, key)), CostOut, order="-pk")

    @extend_schema(request=CostIn, responses={201: CostOut})
    def post(self, request: Request, key: str) -> Response:
        """Note a cost."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(CostOut, add_cost(self.principal, initiative, **self.body(CostIn))), 201)


class OneCost(Endpoint):
    """One cost."""

    powers = {"DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, cost_id: str) -> Response:
        """Take back a cost that was noted wrongly."""
        remove_cost(self.principal, cost_of(initiative_of(self.principal, key), cost_id))
        return self.ok(None, 204)


class ValueDecisions(Endpoint):
    """What was decided on an initiative's value."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ValueDecisionOut))
    def get(self, request: Request, key: str) -> Response:
        """List decisions, the newest first."""
        return self.page(decision_list(initiative_of(self.principal, key)), ValueDecisionOut, order="-pk")

    @extend_schema(request=ValueDecisionIn, responses={201: ValueDecisionOut})
    def post(self, request: Request, key: str) -> Response:
        """Decide whether to sustain, expand, adjust or retire."""
        initiative = initiative_of(self.principal, key)
        made = decide_value(self.principal, initiative, **self.body(ValueDecisionIn))
        return self.ok(answer_of(ValueDecisionOut, made), 201)
