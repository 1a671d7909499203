"""Attestations and waivers, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from kpis.models import Waiver
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer


class AttestationIn(StrictSerializer):
    """A person's word on a check, with a link; without an end it holds as long as the scorecard allows."""

    check = serializers.CharField(max_length=80)
    link = serializers.CharField(max_length=1000)
    note = optional_text()
    expires = UTCDateTimeField(required=False)


class AttestationOut(StrictSerializer):
    """A kept word; the newest of a check that was not taken back counts."""

    id = serializers.CharField(source="public_id")
    check = serializers.CharField(source="check_id")
    link = serializers.CharField()
    note = serializers.CharField()
    expires = UTCDateTimeField(source="expires_at")
    author = person("author")
    created_at = UTCDateTimeField()
    revoked_at = UTCDateTimeField(allow_null=True)


class CheckParams(PageParams):
    """Filters of attestations."""

    check = serializers.CharField(max_length=80, required=False)


class WaiverIn(StrictSerializer):
    """The request that a check which is in the way may be passed by."""

    check = serializers.CharField(max_length=80)
    reason = serializers.CharField(max_length=2000)
    expires = UTCDateTimeField()


class WaiverOut(StrictSerializer):
    """A waiver; `value` is what was measured when it was asked for: for a check on several metrics how far they
    missed, as a sum of ratios.
    """

    id = serializers.CharField(source="public_id")
    check = serializers.CharField(source="check_id")
    value = serializers.FloatField(source="measured", allow_null=True)
    value_text = serializers.CharField(source="measured_text")
    reason = serializers.CharField()
    expires = UTCDateTimeField(source="expires_at")
    state = serializers.ChoiceField(Waiver.State.values)
    requester = person("requester")
    approver = person("approver")
    self_approved = serializers.BooleanField()
    decided_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()


class WaiverParams(CheckParams):
    """Filters of waivers."""

    state = serializers.ChoiceField(Waiver.State.values, required=False)
