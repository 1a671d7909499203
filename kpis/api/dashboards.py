"""Dashboards: their panels, and what these show."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import dashboard_of
from kpis.api.shapes.dashboards import (
    DashboardDataOut,
    DashboardEdit,
    DashboardIn,
    DashboardLineOut,
    DashboardOut,
    DashboardsParams,
    DataParams,
)
from kpis.scoring.dashboards.composed import Composed
from kpis.scoring.dashboards.plain import plain
from kpis.selectors.dashboard_page import dashboard_page
from kpis.selectors.dashboards import composed_of, dashboard_list
from kpis.services.dashboards import archive_dashboard, create_dashboard, edit_dashboard
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.pointers import field_error
from mltrack.rest.problems import Problem, invalid
from mltrack.rest.serializers import answer_of, answers_of


def _refused(error: ValidationError) -> Problem:
    """Return what a service refuses with a pointer to each place, such as `panels/0/settings/kpi`."""
    found = [
        field_error(name.split("/"), "invalid", text) for name, texts in error.message_dict.items() for text in texts
    ]
    return invalid(found)


class Dashboards(Endpoint):
    """Those that ship, and those of the workspace."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": DashboardsParams}

    @extend_schema(responses=page_of(DashboardLineOut))
    def get(self, request: Request) -> Response:
        """List all dashboards in one page, those that ship first, then by team and name."""
        found = dashboard_list(self.principal, archived=self.params["archived"])
        return self.ok({"data": answers_of(DashboardLineOut, list(found.rows)), "next": None, "prev": None})

    @extend_schema(request=DashboardIn, responses={201: DashboardOut})
    def post(self, request: Request) -> Response:
        """Make a dashboard with its panels in order."""
        given = self.body(DashboardIn)
        try:
            made = create_dashboard(self.principal, **given)
        except ValidationError as error:
            raise _refused(error) from None
        shown = composed_of(self.principal, made.key)
        answer = self.entity(answer_of(DashboardOut, shown), shown.key, shown.version, 201)
        answer["Location"] = f"/api/v1/dashboards/{shown.key}/"
        return answer


class OneDashboard(Endpoint):
    """One dashboard."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_INITIATIVES, "DELETE": Power.WRITE_INITIATIVES}

    @extend_schema(responses=DashboardOut)
    def get(self, request: Request, key: str) -> Response:
        """Show a dashboard with its panels."""
        return self._shown(composed_of(self.principal, key))

    @extend_schema(request=DashboardEdit, responses=DashboardOut)
    def patch(self, request: Request, key: str) -> Response:
        """Change a dashboard; `panels` replaces all of them. One that ships cannot be changed: POST a copy."""
        found = dashboard_of(self.principal, key, lock=True)
        self.conditional(key, found.version, lambda: answer_of(DashboardOut, composed_of(self.principal, key)))
        given = self.body(DashboardEdit, partial=True)
        archived = given.pop("archived", None)
        try:
            edited = edit_dashboard(self.principal, found, given)
        except ValidationError as error:
            raise _refused(error) from None
        if archived is not None:
            archive_dashboard(self.principal, edited, archived=archived)
        return self._shown(composed_of(self.principal, key))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Put a dashboard away; a PATCH with `archived` false brings it back."""
        found = dashboard_of(self.principal, key, lock=True)
        self.conditional(key, found.version, lambda: answer_of(DashboardOut, composed_of(self.principal, key)))
        archive_dashboard(self.principal, found)
        return self.ok(None, 204)

    def _shown(self, found: Composed) -> Response:
        return self.entity(answer_of(DashboardOut, found), found.key, found.version)


class DashboardData(Endpoint):
    """What a dashboard shows."""

    powers = {"GET": Power.READ}
    query = {"GET": DataParams}

    @extend_schema(responses=DashboardDataOut)
    def get(self, request: Request, key: str) -> Response:
        """Show what the panels show, as on the page; drawings are left out."""
        asked: dict[str, Any] = self.params
        found = dashboard_page(self.principal, key, {"q": asked["q"], "range": asked.get("range", "")})
        if found.error:
            raise ValidationError({"q": list(found.filters.errors)})
        panels = [
            {
                "id": each.id,
                "position": each.position,
                "kind": each.kind,
                "title": each.title,
                "width": each.width,
                "problem": each.problem,
                "data": None if each.data is None else plain(each.data),
            }
            for each in found.panels
        ]
        told = {"key": found.key, "name": found.name, "as_of": found.as_of, "range": found.range, "panels": panels}
        return self.ok(answer_of(DashboardDataOut, told))
