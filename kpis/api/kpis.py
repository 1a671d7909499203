"""KPIs, their readings, and what initiatives are expected to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import kpi_of
from kpis.api.shapes.kpis import (
    ContributionIn,
    ContributionOut,
    KpiEdit,
    KpiIn,
    KpiOut,
    KpiParams,
    ReadingColumnsIn,
    ReadingCountsOut,
    ReadingOut,
    ReadingParams,
    ReadingRowsIn,
    ReadingShape,
    open_goals,
)
from kpis.models import KPI
from kpis.selectors.kpis import stood
from kpis.selectors.lists import contribution_list, kpi_list, kpi_with_goals, reading_list
from kpis.services import kpis as service
from kpis.services.contributions import set_contribution
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.etags import etag_of
from mltrack.rest.pages import page_of
from mltrack.rest.pointers import field_error
from mltrack.rest.problems import invalid
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of
from projects.access import initiative_of


def _version(kpi: KPI) -> str:
    """Return what tells two states of a KPI apart: its own version and those of its goals."""
    return " ".join([str(kpi.version), *(f"{state} {goal.number}" for state, goal in sorted(open_goals(kpi).items()))])


def _shown(kpi: KPI) -> Any:
    return answer_of(KpiOut, stood([kpi])[0])


class Kpis(Endpoint):
    """The workspace's lasting measures."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": KpiParams}

    @extend_schema(responses=page_of(KpiOut))
    def get(self, request: Request) -> Response:
        """List KPIs by key."""
        return self.page(kpi_list(self.principal, self.params), KpiOut, order="key", told=stood)

    @extend_schema(request=KpiIn, responses={201: KpiOut})
    def post(self, request: Request) -> Response:
        """Make a KPI, with its goal where it is known."""
        made = kpi_with_goals(service.create_kpi(self.principal, **self.body(KpiIn)))
        answer = self.entity(_shown(made), made.key, _version(made), 201)
        answer["Location"] = f"/api/v1/kpis/{made.key}/"
        return answer


class OneKpi(Endpoint):
    """One KPI."""

    powers = {"GET": Power.READ, "PATCH": Power.WRITE_INITIATIVES}

    @extend_schema(responses=KpiOut)
    def get(self, request: Request, key: str) -> Response:
        """Show a KPI with its goal and where it stands; the ETag is that of its settings, not of readings."""
        found = kpi_with_goals(kpi_of(self.principal, key))
        return self.ok(_shown(found), headers={"ETag": etag_of(found.key, _version(found))})

    @extend_schema(request=KpiEdit, responses=KpiOut)
    def patch(self, request: Request, key: str) -> Response:
        """Change a KPI; a changed goal is a new version of it, which waits for an approver when it asks for less."""
        found = kpi_with_goals(kpi_of(self.principal, key, lock=True))
        self.conditional(found.key, _version(found), lambda: _shown(found))
        given = self.body(KpiEdit, partial=True)
        archived, reason = given.pop("archived", None), given.pop("reason", "")
        edited = service.edit_kpi(self.principal, found, given, reason=reason)
        if archived is not None:
            edited = service.archive_kpi(self.principal, edited, archived=archived)
        shown = kpi_with_goals(edited)
        return self.entity(_shown(shown), shown.key, _version(shown))


class Readings(Endpoint):
    """A KPI's history."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_READINGS}
    query = {"GET": ReadingParams}

    @extend_schema(responses=page_of(ReadingOut))
    def get(self, request: Request, key: str) -> Response:
        """List readings, newest first."""
        return self.page(reading_list(kpi_of(self.principal, key), self.params), ReadingOut, order="-time")

    @extend_schema(
        request=PolymorphicProxySerializer("Reading", [ReadingShape, ReadingRowsIn, ReadingColumnsIn], None),
        responses=ReadingCountsOut,
    )
    def post(self, request: Request, key: str) -> Response:
        """Record one reading, or several, by segment and time."""
        return self.ok(_record(self.principal, kpi_of(self.principal, key), request.data, single=True))


class ReadingBatch(Endpoint):
    """Many readings at once."""

    powers = {"POST": Power.WRITE_READINGS}

    @extend_schema(
        request=PolymorphicProxySerializer("ReadingBatch", [ReadingRowsIn, ReadingColumnsIn], None),
        responses=ReadingCountsOut,
    )
    def post(self, request: Request, key: str) -> Response:
        """Record up to 10,000 readings by segment and time, in rows or columns; all or none are kept."""
        return self.ok(_record(self.principal, kpi_of(self.principal, key), request.data))


def _record(principal: Principal, kpi: KPI, body: Any, *, single: bool = False) -> dict[str, int]:
    """Record what a body holds and count it. Raises Problem 400 with a pointer to each wrong place."""
    alone = single and isinstance(body, Mapping) and "readings" not in body and "times" not in body
    try:
        return asdict(record_readings(kpi, [body] if alone else _rows_or_columns(body), principal))
    except ValidationError as error:
        found = [
            field_error(_place(name, alone), "invalid", text)
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise invalid(found) from None


def _rows_or_columns(body: Any) -> Any:
    if isinstance(body, Mapping) and "times" in body:
        return body
    if not isinstance(body, Mapping) or not isinstance(body.get("readings"), list):
        raise ValidationError({"readings": 'Write {"readings": […]} or {"times": […], "values": […]}.'})
    unknown = [str(name) for name in body if name != "readings"]
    if unknown:
        raise ValidationError({name: f"{name[:100]} is not known here." for name in unknown})
    return body["readings"]


def _place(name: str, alone: bool) -> list[str]:
    """Return the path of a place such as `readings/3/time`; of a body that is one reading, the field alone."""
    parts = name.split("/", 2)
    return parts[2:] if alone else parts


class Contributions(Endpoint):
    """What an initiative is expected to move."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_INITIATIVES}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(ContributionOut))
    def get(self, request: Request, key: str) -> Response:
        """List the initiative's ties to KPIs, the first made first."""
        return self.page(contribution_list(initiative_of(self.principal, key)), ContributionOut, order="pk")

    @extend_schema(request=ContributionIn, responses={200: ContributionOut, 201: ContributionOut})
    def post(self, request: Request, key: str) -> Response:
        """Tie a KPI to the initiative, or state the tie anew: 201 when it is new, 200 when it was there."""
        initiative, given = initiative_of(self.principal, key), self.body(ContributionIn)
        try:
            kpi = kpi_of(self.principal, given.pop("kpi"))
        except Http404 as error:
            raise ValidationError({"kpi": str(error)}) from error
        known = contribution_list(initiative).filter(kpi=kpi).exists()
        made = set_contribution(self.principal, initiative, kpi, **given)
        return self.ok(answer_of(ContributionOut, made), 200 if known else 201)
