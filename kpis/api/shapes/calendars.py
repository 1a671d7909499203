"""Links for calendar programs, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer


class CalendarIn(StrictSerializer):
    """What a link shows: the dates of an initiative, by its key, or of the whole workspace with null."""

    initiative = serializers.CharField(max_length=40, required=False, allow_null=True)


class CalendarOut(StrictSerializer):
    """A link of the token's owner. Only the hash of its address is kept."""

    id = serializers.CharField(source="public_id")
    initiative = serializers.CharField(source="initiative.key", allow_null=True)
    created_at = UTCDateTimeField()
    last_used_at = UTCDateTimeField(allow_null=True)


class CalendarMadeOut(CalendarOut):
    """A new link with its `url`, which is shown this once: a repeated request with the same key answers null."""

    url = serializers.CharField(allow_null=True)
