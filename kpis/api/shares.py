"""Links that show a view to whoever has them, by REST."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.shares import OpeningOut, ShareLinkIn, ShareLinkMadeOut, ShareLinkOut
from kpis.services.shares import SHARE, create_share, revoke_share, share_of, shares_of
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of


class Shares(Endpoint):
    """The links that the token's owner manages: their own, an admin's all. One outlives the token that makes it."""

    powers = {"GET": Power.READ, "POST": SHARE}
    query = {"GET": PageParams}
    shown_once = ("url",)

    @extend_schema(responses=page_of(ShareLinkOut))
    def get(self, request: Request) -> Response:
        """List links, those that ended too, newest first."""
        return self.page(shares_of(self.principal), ShareLinkOut, order="-pk")

    @extend_schema(request=ShareLinkIn, responses={201: ShareLinkMadeOut})
    def post(self, request: Request) -> Response:
        """Make a link to a view, and show its address once."""
        link, secret = create_share(self.principal, **self.body(ShareLinkIn))
        url = request.build_absolute_uri(reverse("shared", args=[secret]))
        return self.ok({**answer_of(ShareLinkOut, link), "url": url}, 201)


class OneShare(Endpoint):
    """One link."""

    powers = {"GET": Power.READ, "DELETE": SHARE}

    @extend_schema(responses=ShareLinkOut)
    def get(self, request: Request, share_id: str) -> Response:
        """Show a link."""
        return self.ok(answer_of(ShareLinkOut, share_of(self.principal, share_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, share_id: str) -> Response:
        """End a link at once; it stays in the list with its openings."""
        revoke_share(self.principal, share_id)
        return self.ok(None, 204)


class ShareOpenings(Endpoint):
    """When a link was opened."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(OpeningOut))
    def get(self, request: Request, share_id: str) -> Response:
        """List openings, newest first; by whom is not known."""
        return self.page(share_of(self.principal, share_id).openings.all(), OpeningOut, order="-pk")
