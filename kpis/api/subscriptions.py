"""Views that are sent, by REST: the token owner's own."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.subscriptions import DeliveryOut, SubscriptionEdit, SubscriptionIn, SubscriptionOut
from kpis.services.subscriptions import (
    POST,
    ask_now,
    change_subscription,
    subscribe,
    subscription_of,
    subscriptions_of,
    unsubscribe,
)
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.pages import page_of
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import answer_of


class Subscriptions(Endpoint):
    """What is sent to the token's owner. Who makes one needs more than `read`: it outlives the token."""

    powers = {"GET": Power.READ, "POST": POST}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(SubscriptionOut))
    def get(self, request: Request) -> Response:
        """List subscriptions, newest first."""
        return self.page(subscriptions_of(self.principal), SubscriptionOut, order="-pk")

    @extend_schema(request=SubscriptionIn, responses={201: SubscriptionOut})
    def post(self, request: Request) -> Response:
        """Subscribe to a view."""
        return self.ok(answer_of(SubscriptionOut, subscribe(self.principal, **self.body(SubscriptionIn))), 201)


class OneSubscription(Endpoint):
    """One subscription of the token's owner."""

    powers = {"GET": Power.READ, "PATCH": POST, "DELETE": POST}

    @extend_schema(responses=SubscriptionOut)
    def get(self, request: Request, subscription_id: str) -> Response:
        """Show a subscription."""
        return self.ok(answer_of(SubscriptionOut, subscription_of(self.principal, subscription_id)))

    @extend_schema(request=SubscriptionEdit, responses=SubscriptionOut)
    def patch(self, request: Request, subscription_id: str) -> Response:
        """Change when it is sent, mute it, switch it off or on."""
        subscription_of(self.principal, subscription_id)
        given = self.body(SubscriptionEdit, partial=True)
        return self.ok(answer_of(SubscriptionOut, change_subscription(self.principal, subscription_id, given)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, subscription_id: str) -> Response:
        """End a subscription, with what was kept of it."""
        unsubscribe(self.principal, subscription_id)
        return self.ok(None, 204)


class SubscriptionSending(Endpoint):
    """A subscription at once."""

    powers = {"POST": POST}

    @extend_schema(request=None, responses={202: DeliveryOut})
    def post(self, request: Request, subscription_id: str) -> Response:
        """Have it sent within seconds, changed or not."""
        return self.ok(answer_of(DeliveryOut, ask_now(self.principal, subscription_id)), 202)


class SubscriptionDeliveries(Endpoint):
    """What became of each time."""

    powers = {"GET": Power.READ}
    query = {"GET": PageParams}

    @extend_schema(responses=page_of(DeliveryOut))
    def get(self, request: Request, subscription_id: str) -> Response:
        """List the times that it was due or asked for, newest first."""
        rows = subscription_of(self.principal, subscription_id).deliveries.all()
        return self.page(rows, DeliveryOut, order="-period")
