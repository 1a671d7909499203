"""When an initiative will be ready, and people's estimates of when its checks will pass."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.forecasts import CalibrationOut, EstimateIn, EstimateOut, ForecastOut, ForecastParams
from kpis.api.shapes.permissions import CheckParams
from kpis.scoring.forecast.calibration_answer import calibration_answer
from kpis.scoring.forecast.what_if import WhatIf
from kpis.selectors.calibration import workspace_calibration
from kpis.selectors.forecasts import told_forecast
from kpis.selectors.lists import estimate_list
from kpis.services.forecasts import estimate_check, withdraw_estimate
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


class OneForecast(Endpoint):
    """When it will be ready."""

    powers = {"GET": Power.READ}
    query = {"GET": ForecastParams}

    @extend_schema(responses=ForecastOut)
    def get(self, request: Request, key: str) -> Response:
        """Show P50 and P85 with what decides them, as it is or if something were otherwise; null with a reason."""
        asked = self.params
        drop = frozenset(each.strip() for each in asked["drop"].split(",") if each.strip())
        what_if = WhatIf(drop, asked["cut_tasks"], asked["labeling_rate"])
        return self.ok(told_forecast(initiative_of(self.principal, key), timezone.now(), what_if))


class Estimates(Endpoint):
    """People's estimates of when a check will pass."""

    powers = {"GET": Power.READ, "POST": Power.ATTEST}
    query = {"GET": CheckParams}

    @extend_schema(responses=page_of(EstimateOut))
    def get(self, request: Request, key: str) -> Response:
        """List estimates, newest first; the newest of a check counts."""
        found = estimate_list(initiative_of(self.principal, key), self.params)
        return self.page(found, EstimateOut, order="-pk")

    @extend_schema(request=EstimateIn, responses={201: EstimateOut})
    def post(self, request: Request, key: str) -> Response:
        """Estimate the earliest, the most likely and the latest day on which a check will pass."""
        made = estimate_check(self.principal, initiative_of(self.principal, key), **self.body(EstimateIn))
        return self.ok(answer_of(EstimateOut, made), 201)


class EstimateWithdrawal(Endpoint):
    """An estimate that somebody takes back."""

    powers = {"POST": Power.ATTEST}

    @extend_schema(request=None, responses=EstimateOut)
    def post(self, request: Request, key: str, estimate_id: str) -> Response:
        """Take back the estimate of a check that counts: the forecast rests on none then, and says so."""
        initiative = initiative_of(self.principal, key)
        return self.ok(answer_of(EstimateOut, withdraw_estimate(self.principal, initiative, estimate_id)))


class Calibration(Endpoint):
    """How the workspace's forecasts did."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=CalibrationOut)
    def get(self, request: Request) -> Response:
        """Show how often P50 and P85 were kept against what they claimed, their loss and width, and owners' dates."""
        return self.ok(calibration_answer(workspace_calibration(self.principal, timezone.now())))
