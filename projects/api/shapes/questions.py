"""Questions to connections that bring readings, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import MapField, UTCDateTimeField
from mltrack.rest.plain_fields import DayField
from mltrack.rest.serializers import StrictSerializer
from projects.models import AskedSource
from projects.selectors.asked_sources import condition_of


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


class AskedSourceEdit(StrictSerializer):
    """What can be changed of any source; it is then read anew from its first day."""

    name = serializers.CharField(max_length=120)
    options = SourceOptionsField(max_keys=10, required=False)
    begins = DayField(required=False)
    paused = serializers.BooleanField(required=False)


class AskedSourceOut(StrictSerializer):
    """Any source in its condition; a table of sources adds its kinds, its connection and what only it has."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    statement = serializers.CharField()
    options = serializers.DictField()
    begins = DayField()
    paused = serializers.BooleanField()
    condition = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()
    read_until = UTCDateTimeField(allow_null=True)
    last_ok = UTCDateTimeField(allow_null=True)
    warning = serializers.CharField()
    created_at = UTCDateTimeField()

    def get_condition(self, source: AskedSource) -> str:
        """Return it as one word."""
        return condition_of(source)[0]

    def get_words(self, source: AskedSource) -> str:
        """Return why."""
        return condition_of(source)[1]


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
