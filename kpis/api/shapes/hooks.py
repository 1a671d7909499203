"""Webhooks, as the API takes and shows them."""

from __future__ import annotations

from typing import Final

from rest_framework import serializers

from kpis.models import EventType, HookDeliveryState, HookState
from kpis.services.hooks import LONGEST_NAME
from kpis.services.webhooks import LONGEST
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer

MOST_EVENTS: Final = 20


class WebhookIn(StrictSerializer):
    """A name, an address, and the types of events that are posted to it."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    url = serializers.CharField(max_length=LONGEST, write_only=True)
    events = serializers.ListField(
        child=serializers.ChoiceField(EventType.values), min_length=1, max_length=MOST_EVENTS
    )


class WebhookEdit(StrictSerializer):
    """Changes; what is absent stays. `active` switches it on and off."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    url = serializers.CharField(max_length=LONGEST, required=False, write_only=True)
    events = serializers.ListField(
        child=serializers.ChoiceField(EventType.values), min_length=1, max_length=MOST_EVENTS, required=False
    )
    active = serializers.BooleanField(required=False)


class WebhookOut(StrictSerializer):
    """A webhook; of its address only the `host` is told. `failures` are tries in a row that failed."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    host = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(HookState.values)
    pause_reason = serializers.CharField()
    failures = serializers.IntegerField()
    failing_since = UTCDateTimeField(allow_null=True)
    last_ok_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()


class WebhookMadeOut(WebhookOut):
    """A webhook with its new secret, shown this once: a repeated request with the same key answers null."""

    secret = serializers.CharField(allow_null=True)


class WebhookDeliveryOut(StrictSerializer):
    """One event for a webhook. `event` is the `webhook-id` that it is sent with; `number` counts replays from 1."""

    id = serializers.CharField(source="public_id")
    event = serializers.CharField(source="event.public_id")
    type = serializers.CharField(source="event.type")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(HookDeliveryState.values)
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    created_at = UTCDateTimeField()
    next_try_at = UTCDateTimeField()
    ended_at = UTCDateTimeField(allow_null=True)
    data = serializers.DictField(source="event.data")  # type: ignore[assignment]
