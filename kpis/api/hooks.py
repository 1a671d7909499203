"""Webhooks by REST: for admins alone."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.hooks import WebhookDeliveryOut, WebhookEdit, WebhookIn, WebhookMadeOut, WebhookOut
from kpis.services.hooks import (
    change_hook,
    create_hook,
    deliveries_of,
    hook_of,
    hooks_of,
    remove_hook,
    replay,
    rotate_hook,
    try_hook,
)
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of


class Webhooks(Endpoint):
    """The addresses that are told of events."""

    powers = {"GET": Power.ADMINISTER, "POST": Power.ADMINISTER}
    query = {"GET": PageParams}
    shown_once = ("secret",)

    @extend_schema(responses=page_of(WebhookOut))
    def get(self, request: Request) -> Response:
        """List webhooks, newest first."""
        return self.page(hooks_of(self.principal), WebhookOut, order="-pk")

    @extend_schema(request=WebhookIn, responses={201: WebhookMadeOut})
    def post(self, request: Request) -> Response:
        """Make a webhook, and show its secret once."""
        hook, secret = create_hook(self.principal, **self.body(WebhookIn))
        return self.ok({**answer_of(WebhookOut, hook), "secret": secret}, 201)


class OneWebhook(Endpoint):
    """One webhook."""

    powers = {"GET": Power.ADMINISTER, "PATCH": Power.ADMINISTER, "DELETE": Power.ADMINISTER}

    @extend_schema(responses=WebhookOut)
    def get(self, request: Request, webhook_id: str) -> Response:
        """Show a webhook."""
        return self.ok(answer_of(WebhookOut, hook_of(self.principal, webhook_id)))

    @extend_schema(request=WebhookEdit, responses=WebhookOut)
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Change its name, address or events, switch it off or on."""
        hook_of(self.principal, webhook_id)
        given = self.body(WebhookEdit, partial=True)
        return self.ok(answer_of(WebhookOut, change_hook(self.principal, webhook_id, given)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Remove a webhook, with what was kept of it."""
        remove_hook(self.principal, webhook_id)
        return self.ok(None, 204)


class WebhookSecret(Endpoint):
    """The secret of a webhook."""

    powers = {"POST": Power.ADMINISTER}
    shown_once = ("secret",)

    @extend_schema(request=None, responses=WebhookMadeOut)
    def post(self, request: Request, webhook_id: str) -> Response:
        """Give it another secret, shown once; for a day messages are signed with the old one, too."""
        hook, secret = rotate_hook(self.principal, webhook_id)
        return self.ok({**answer_of(WebhookOut, hook), "secret": secret})


class WebhookTest(Endpoint):
    """A webhook, tried."""

    powers = {"POST": Power.ADMINISTER}

    @extend_schema(request=None, responses={202: WebhookDeliveryOut})
    def post(self, request: Request, webhook_id: str) -> Response:
        """Have an event of the type `webhook.test` sent to it within seconds."""
        return self.ok(answer_of(WebhookDeliveryOut, try_hook(self.principal, webhook_id)), 202)


class WebhookDeliveries(Endpoint):
    """What a webhook was told."""

    powers = {"GET": Power.ADMINISTER}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(WebhookDeliveryOut))
    def get(self, request: Request, webhook_id: str) -> Response:
        """List what was sent and what waits, newest first."""
        rows = deliveries_of(hook_of(self.principal, webhook_id))
        return self.page(rows, WebhookDeliveryOut, order="-pk")


class WebhookReplay(Endpoint):
    """One event for a webhook, again."""

    powers = {"POST": Power.ADMINISTER}

    @extend_schema(request=None, responses={202: WebhookDeliveryOut})
    def post(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        """Have it sent again within seconds, with the `webhook-id` that it had."""
        return self.ok(answer_of(WebhookDeliveryOut, replay(self.principal, webhook_id, delivery_id)), 202)
