"""Observations, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models import ObservedKind
from projects.progress.observed_files.reading import FORMATS
from projects.services.observation_input import LARGEST, LARGEST_N, LONGEST_PERIOD, MOST_OBSERVATIONS


class ObservationIn(StrictSerializer):
    """A measured value: a finite number, never "NaN". One of the same series and time is replaced whole.

    `time` is in the period that it is about, and not in the future. `period_days` says how many days a volume covers.
    Only describes: `projects.services.observation_input` reads the items themselves, one by one.
    """

    kind = serializers.ChoiceField(ObservedKind.values)
    name = serializers.CharField(max_length=120)
    segment = optional_text(120, allow_null=True)
    time = UTCDateTimeField()
    value = serializers.FloatField(min_value=-LARGEST, max_value=LARGEST)
    n = serializers.IntegerField(min_value=0, max_value=LARGEST_N, required=False, allow_null=True)
    method = optional_text(60, allow_null=True)
    threshold = serializers.FloatField(min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True)
    reference = optional_text(200, allow_null=True)
    period_days = serializers.IntegerField(min_value=1, max_value=LONGEST_PERIOD, required=False, allow_null=True)


class ObservationBatchIn(StrictSerializer):
    """Up to 10,000 observations, each moment of a series once."""

    observations = serializers.ListField(child=ObservationIn(), max_length=MOST_OBSERVATIONS)


class RecordedOut(StrictSerializer):
    """What became of one observation of a batch."""

    series = serializers.CharField()
    state = serializers.ChoiceField(["created", "updated", "unchanged"])


class ObservationBatchOut(StrictSerializer):
    """How many were created, updated and unchanged, and one result each, in the order of the batch."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    results = RecordedOut(many=True)


class ObservationOut(StrictSerializer):
    """An observation; `series` is the id of what is observed, obs_…."""

    series = serializers.CharField(source="series.public_id")
    kind = serializers.CharField(source="series.kind")
    name = serializers.CharField(source="series.name")
    segment = serializers.CharField(source="series.segment")
    time = UTCDateTimeField()
    value = serializers.FloatField()
    n = serializers.IntegerField(allow_null=True)
    method = serializers.CharField()
    threshold = serializers.FloatField(allow_null=True)
    reference = serializers.CharField()
    recorded_at = UTCDateTimeField()


class ObservationParams(PageParams):
    """Filters of observations; an empty segment is the whole."""

    kind = serializers.ChoiceField(ObservedKind.values, required=False)
    name = serializers.CharField(max_length=120, required=False)
    segment = optional_text(120)
    since = UTCDateTimeField(required=False, help_text="From this moment on.")


@extend_schema_field({"description": "The parsed JSON of the file.", "type": "object"})
class DocumentField(serializers.Field[Any, Any, Any, Any]):
    """Parsed JSON as it is: an object."""

    default_error_messages = {"not_an_object": "Write the parsed JSON of the file, an object."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the object."""
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return data


class ObservedFileIn(StrictSerializer):
    """A result file of another library; `time` is when it was measured, by default now."""

    format = serializers.ChoiceField(FORMATS)
    document = DocumentField()
    time = UTCDateTimeField(required=False)
    reference = optional_text(200)


class SeriesEndIn(StrictSerializer):
    """Which series; without a segment those of all segments. With `ended` false they go on."""

    kind = serializers.ChoiceField(ObservedKind.values)
    name = serializers.CharField(max_length=120)
    segment = optional_text(120, allow_null=True)
    ended = serializers.BooleanField(required=False, default=True)


class SeriesEndOut(StrictSerializer):
    """How many series this changed."""

    series = serializers.IntegerField()


class FileValueOut(StrictSerializer):
    """A value that was read, the series that it belongs to and what became of it."""

    series = serializers.CharField()
    state = serializers.ChoiceField(["created", "updated", "unchanged"])
    kind = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField()
    n = serializers.IntegerField(allow_null=True)
    method = serializers.CharField()
    threshold = serializers.FloatField(allow_null=True)


class ObservedFileOut(StrictSerializer):
    """What was read of the file, and in words what was not: at most 100, and how many more there were."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    observations = FileValueOut(many=True)
    unread = serializers.ListField(child=serializers.CharField())
    more_unread = serializers.IntegerField()
