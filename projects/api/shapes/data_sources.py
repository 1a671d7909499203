"""Sources of data and planned stops, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import KeyField, UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models.observations import SOURCE_KEY_PATTERN
from projects.services.data_sources import LONGEST_NOTE, MOST_FEATURES


class FeatureShape(StrictSerializer):
    """A feature of an initiative: series of that name in it come from the source."""

    initiative = serializers.CharField(max_length=60)
    feature = serializers.CharField(max_length=120)


class DataSourceEdit(StrictSerializer):
    """What can be changed of a source; `features` replaces all that it feeds, `archived` puts it aside."""

    name = serializers.CharField(max_length=120)
    owner = serializers.EmailField(required=False, allow_null=True)
    note = optional_text(LONGEST_NOTE)
    features = serializers.ListField(child=FeatureShape(), max_length=MOST_FEATURES, required=False)
    archived = serializers.BooleanField(required=False)


class DataSourceIn(DataSourceEdit):
    """A new source of data."""

    key = KeyField(SOURCE_KEY_PATTERN)


class FeatureOut(StrictSerializer):
    """A feature that a source feeds."""

    initiative = serializers.CharField(source="initiative.key")
    feature = serializers.CharField()


class DataSourceOut(StrictSerializer):
    """A source of data, its owner and what it feeds."""

    key = serializers.CharField()
    name = serializers.CharField()
    owner = person("owner")
    note = serializers.CharField()
    features = FeatureOut(many=True)
    created_at = UTCDateTimeField()
    archived_at = UTCDateTimeField(allow_null=True)


class DataSourceParams(PageParams):
    """Filters of sources: those that feed an initiative, and the archived ones."""

    initiative = serializers.CharField(max_length=60, required=False)
    archived = serializers.BooleanField(required=False)


class PlannedStopIn(StrictSerializer):
    """Days, both included, in which data stays away by plan; what is not named counts for all of it."""

    first_day = DayField()
    last_day = DayField()
    reason = serializers.CharField(max_length=300)
    initiative = serializers.CharField(max_length=60, required=False, allow_null=True)
    source = serializers.CharField(max_length=60, required=False, allow_null=True)  # type: ignore[assignment]
    segment = optional_text(120)


class PlannedStopOut(StrictSerializer):
    """A planned stop; `initiative` and `source` are null where it counts for all."""

    id = serializers.CharField(source="public_id")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    reason = serializers.CharField()
    initiative = serializers.CharField(source="initiative.key", allow_null=True)
    source = serializers.CharField(source="source.key", allow_null=True)  # type: ignore[assignment]
    segment = serializers.CharField()
    author = person("author")
    created_at = UTCDateTimeField()
    withdrawn_at = UTCDateTimeField(allow_null=True)


class PlannedStopParams(PageParams):
    """Filters of planned stops; `withdrawn` asks for those that count no more."""

    initiative = serializers.CharField(max_length=60, required=False)
    source = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]
    withdrawn = serializers.BooleanField(required=False)
