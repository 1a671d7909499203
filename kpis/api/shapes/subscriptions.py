"""Subscriptions, as the API takes and shows them."""

from __future__ import annotations

from typing import Final

from rest_framework import serializers

from kpis.api.shapes.shares import ViewIn, ViewOut
from kpis.models import Channel, DeliveryState
from kpis.services.webhooks import LONGEST
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer

MOST_DAYS: Final = 7


class SubscriptionIn(ViewIn):
    """A view, the channel, its `secret_url` where that is none of mail, and when: `weekdays` are 0 (Monday) to 6."""

    channel = serializers.ChoiceField(Channel.values, required=False, default=Channel.MAIL.value)
    secret_url = serializers.CharField(
        max_length=LONGEST, required=False, default="", allow_blank=True, write_only=True
    )
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=MOST_DAYS
    )
    hour = serializers.IntegerField(min_value=0, max_value=23)
    zone = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    only_if_changed = serializers.BooleanField(required=False, default=False)


class SubscriptionEdit(StrictSerializer):
    """Changes; what is absent stays. `muted_until` is a day, null for none; `active` switches it on and off."""

    secret_url = serializers.CharField(max_length=LONGEST, required=False, write_only=True)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=MOST_DAYS, required=False
    )
    hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    zone = serializers.CharField(max_length=64, required=False)
    only_if_changed = serializers.BooleanField(required=False)
    muted_until = serializers.DateField(required=False, allow_null=True)
    active = serializers.BooleanField(required=False)


class SubscriptionOut(ViewOut):
    """A subscription of the token's owner; of a webhook only the `host` is told. `next_at` is null while it is off."""

    id = serializers.CharField(source="public_id")
    channel = serializers.CharField()
    host = serializers.CharField()
    weekdays = serializers.ListField(child=serializers.IntegerField())
    hour = serializers.IntegerField()
    zone = serializers.CharField()
    only_if_changed = serializers.BooleanField()
    muted_until = serializers.DateField(allow_null=True)
    next_at = UTCDateTimeField(allow_null=True)
    last_sent_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()


class DeliveryOut(StrictSerializer):
    """One time that a subscription was due (`period`) or asked for, and what became of it."""

    id = serializers.CharField(source="public_id")
    period = UTCDateTimeField()
    asked = serializers.BooleanField()
    state = serializers.ChoiceField(DeliveryState.values)
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    next_try_at = UTCDateTimeField()
    ended_at = UTCDateTimeField(allow_null=True)
