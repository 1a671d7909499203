"""The register of sources and the planned stops by REST."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import member_by_email
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import data_source_of, initiative_of, stop_of
from projects.api.shapes.data_sources import (
    DataSourceEdit,
    DataSourceIn,
    DataSourceOut,
    DataSourceParams,
    PlannedStopIn,
    PlannedStopOut,
    PlannedStopParams,
)
from projects.models import DataSource
from projects.selectors.observations import one_source, source_list, stop_list
from projects.services.data_sources import create_source, edit_source
from projects.services.planned_stops import plan_stop, withdraw_stop


def _resolved(principal: Principal, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the member behind the address, and features as pairs. Raises ValidationError."""
    values = dict(given)
    if values.get("owner") is not None:
        values["owner"] = member_by_email(principal.workspace, values["owner"])
        if values["owner"] is None:
            raise ValidationError({"owner": "This is nobody's address in this workspace."})
    if "features" in values:
        values["features"] = [_pair(each) for each in values["features"]]
    return values


def _pair(given: dict[str, str]) -> tuple[str, str]:
    """Return an initiative's key and a feature; a PATCH takes neither for granted. Raises ValidationError."""
    for name in ("initiative", "feature"):
        if name not in given:
            raise ValidationError({"features": f"Each has an initiative and a feature: {name} is missing."})
    return given["initiative"], given["feature"]


def _shown(source: DataSource) -> dict[str, Any]:
    return answer_of(DataSourceOut, one_source(source))


class DataSources(Endpoint):
    """Where data comes from."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": DataSourceParams}

    @extend_schema(responses=page_of(DataSourceOut))
    def get(self, request: Request) -> Response:
        """List sources by key."""
        return self.page(source_list(self.principal, self.params), DataSourceOut, order="key")

    @extend_schema(request=DataSourceIn, responses={201: DataSourceOut})
    def post(self, request: Request) -> Response:
        """Enter a source, with what it feeds where that is known."""
        made = create_source(self.principal, **_resolved(self.principal, self.body(DataSourceIn)))
        return self.ok(_shown(made), 201, {"Location": f"/api/v1/data-sources/{made.key}/"})


class OneDataSource(Endpoint):
    """One source of data."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_INITIATIVES}

    @extend_schema(responses=DataSourceOut)
    def get(self, request: Request, source_key: str) -> Response:
        """Show a source and what it feeds."""
        return self.ok(_shown(data_source_of(self.principal, source_key)))

    @extend_schema(request=DataSourceEdit, responses=DataSourceOut)
    def patch(self, request: Request, source_key: str) -> Response:
        """Change a source; `features` replaces all that it feeds."""
        found = data_source_of(self.principal, source_key)
        given = _resolved(self.principal, self.body(DataSourceEdit, partial=True))
        return self.ok(_shown(edit_source(self.principal, found, given)))


class PlannedStops(Endpoint):
    """Days in which data stays away by plan."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PlannedStopParams}

    @extend_schema(responses=page_of(PlannedStopOut))
    def get(self, request: Request) -> Response:
        """List stops, the latest first."""
        return self.page(stop_list(self.principal, self.params), PlannedStopOut, order="-first_day")

    @extend_schema(request=PlannedStopIn, responses={201: PlannedStopOut})
    def post(self, request: Request) -> Response:
        """Plan a stop for a segment, a source, an initiative or all of the workspace."""
        given = self.body(PlannedStopIn)
        initiative, source = given.pop("initiative", None), given.pop("source", None)
        if initiative is not None:
            with named_by("initiative"):
                given["initiative"] = initiative_of(self.principal, initiative)
        if source is not None:
            with named_by("source"):
                given["source"] = data_source_of(self.principal, source)
        return self.ok(answer_of(PlannedStopOut, plan_stop(self.principal, **given)), 201)


class PlannedStopWithdrawing(Endpoint):
    """The end of a plan."""

    powers = {"POST": Power.WRITE_INITIATIVES}

    @extend_schema(request=None, responses=PlannedStopOut)
    def post(self, request: Request, stop_id: str) -> Response:
        """Withdraw a stop; once more changes nothing."""
        found = stop_of(self.principal, stop_id)
        return self.ok(answer_of(PlannedStopOut, withdraw_stop(self.principal, found)))
