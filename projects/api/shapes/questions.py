"""Questions to connections that bring readings, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import MapField, UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer


@extend_schema_field({"type": "object", "example": {"time_column": "day", "value_column": "rate"}})
class SourceOptionsField(MapField):
    """How the answer is read, by kind: texts, and true or false."""

    default_error_messages = {"not_an_option": "Write a text, true or false."}

    def read_value(self, value: Any) -> Any:
        """Return one option."""
        if not isinstance(value, str | bool) or (isinstance(value, str) and len(value) > 250):
            self.fail("not_an_option")
        return value


class SourceSyncOut(StrictSerializer):
    """The pull that was asked for; see the connection's attempts."""

    attempt = serializers.CharField()
    state = serializers.CharField()


class PreviewReadingOut(StrictSerializer):
    """A reading that a question would bring."""

    time = UTCDateTimeField()
    value = serializers.FloatField()
    segment = serializers.CharField()


class RejectedRowOut(StrictSerializer):
    """A row that is no reading."""

    place = serializers.CharField()
    reason = serializers.CharField()


class PreviewOut(StrictSerializer):
    """What a question brings now: how many readings, the newest twenty, and rows that are none."""

    count = serializers.IntegerField()
    newest = PreviewReadingOut(many=True)
    rejected = RejectedRowOut(many=True)
    warning = serializers.CharField()
