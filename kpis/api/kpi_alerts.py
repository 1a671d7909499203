"""Alerts of a KPI, and what a person was told of them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.access import alert_of, kpi_of, notice_of
from kpis.api.shapes.alerts import (
    AlertEdit,
    AlertIn,
    AlertOut,
    NoticeEdit,
    NoticeOut,
    NoticeParams,
    NoticesReadOut,
)
from kpis.selectors.inbox import notices_of
from kpis.selectors.lists import alert_list
from kpis.services.alerts import change_alert, unwatch_kpi, watch_kpi
from kpis.services.notices import read_all, read_notice, snooze_notice
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of


class Alerts(Endpoint):
    """What is watched of a KPI."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_TARGETS}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(AlertOut))
    def get(self, request: Request, key: str) -> Response:
        """List alerts, the first made first."""
        return self.page(alert_list(kpi_of(self.principal, key)), AlertOut, order="pk")

    @extend_schema(request=AlertIn, responses={201: AlertOut})
    def post(self, request: Request, key: str) -> Response:
        """Watch one thing more; it is judged within seconds."""
        kpi = kpi_of(self.principal, key)
        made = watch_kpi(self.principal, kpi, **self.body(AlertIn))
        return self.ok(answer_of(AlertOut, alert_list(kpi).get(pk=made.pk)), 201)


class OneAlert(Endpoint):
    """One alert."""

    powers = {"PATCH": Power.WRITE_TARGETS, "DELETE": Power.WRITE_TARGETS}

    @extend_schema(request=AlertEdit, responses=AlertOut)
    def patch(self, request: Request, key: str, alert_id: str) -> Response:
        """Change a threshold; it is judged within seconds, and its episodes stay."""
        kpi = kpi_of(self.principal, key)
        changed = change_alert(self.principal, alert_of(kpi, alert_id), **self.body(AlertEdit))
        return self.ok(answer_of(AlertOut, alert_list(kpi).get(pk=changed.pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, alert_id: str) -> Response:
        """End an alert; what it said goes with it."""
        unwatch_kpi(self.principal, alert_of(kpi_of(self.principal, key), alert_id))
        return self.ok(None, 204)


class Notices(Endpoint):
    """The inbox of the token's owner."""

    powers = {"GET": Power.READ}
    query = {"GET": NoticeParams}

    @extend_schema(responses=page_of(NoticeOut))
    def get(self, request: Request) -> Response:
        """List notices, newest first."""
        own = notices_of(self.principal)
        return self.page(own.filter(read_at=None) if self.params["unread"] else own, NoticeOut, order="-created_at")


class OneNotice(Endpoint):
    """One notice of the token's owner; to change it needs more than `read`."""

    powers = {"PATCH": Power.ATTEST}

    @extend_schema(request=NoticeEdit, responses=NoticeOut)
    def patch(self, request: Request, notice_id: str) -> Response:
        """Mark a notice as read or unread, or put it off for four hours, a day or a week."""
        notice, asked = notice_of(self.principal, notice_id), self.body(NoticeEdit)
        if "snooze" in asked:
            snooze_notice(notice, asked["snooze"])
        else:
            read_notice(notice, read=asked["read"])
        return self.ok(answer_of(NoticeOut, notices_of(self.principal).get(pk=notice.pk)))


class NoticesRead(Endpoint):
    """All of the inbox at once."""

    powers = {"POST": Power.ATTEST}

    @extend_schema(request=None, responses=NoticesReadOut)
    def post(self, request: Request) -> Response:
        """Mark every notice of the token's owner as read."""
        return self.ok({"count": read_all(self.principal)})
