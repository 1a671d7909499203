"""Links by which one's calendar program reads dates, by REST."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.calendars import CalendarIn, CalendarMadeOut, CalendarOut
from kpis.services.calendar_links import create_link, links_of, revoke_link
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of


class Calendars(Endpoint):
    """The links of the token's owner. Who makes one needs more than `read`: it outlives the token."""

    powers = {"GET": Power.READ, "POST": Power.ATTEST}
    query = {"GET": PageParams}
    shown_once = ("url",)

    @extend_schema(responses=page_of(CalendarOut))
    def get(self, request: Request) -> Response:
        """List the links that work, newest first."""
        return self.page(links_of(self.principal), CalendarOut, order="-pk")

    @extend_schema(request=CalendarIn, responses={201: CalendarMadeOut})
    def post(self, request: Request) -> Response:
        """Make a link, and show its address once."""
        with named_by("initiative"):
            link, secret = create_link(self.principal, self.body(CalendarIn).get("initiative") or "")
        url = request.build_absolute_uri(reverse("calendar", args=[secret]))
        return self.ok({**answer_of(CalendarOut, link), "url": url}, 201)


class OneCalendar(Endpoint):
    """One link of the token's owner."""

    powers = {"DELETE": Power.ATTEST}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, calendar_id: str) -> Response:
        """End a link at once."""
        revoke_link(self.principal, calendar_id)
        return self.ok(None, 204)
