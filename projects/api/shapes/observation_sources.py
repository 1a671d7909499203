"""Sources of observations, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.plain_fields import DayField, optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.questions import AskedSourceEdit, AskedSourceOut, SourceOptionsField
from projects.models import ObservedKind
from projects.services.observation_input import LARGEST
from projects.services.question_fields import LONGEST_STATEMENT


class ObservationQuestionIn(StrictSerializer):
    """A question to a connection: PromQL, a SELECT, or the place of a file. What it brings is of `kind`."""

    kind = serializers.ChoiceField(ObservedKind.values)
    connection = serializers.CharField(max_length=40, help_text="The id of a connection to Prometheus, SQL or files.")
    statement = serializers.CharField(max_length=LONGEST_STATEMENT)
    options = SourceOptionsField(max_keys=10, required=False)
    threshold = serializers.FloatField(min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True)
    method = optional_text(60)
    begins = DayField(required=False, help_text="The first day that is asked for; ninety days ago by default.")


class ObservationSourceIn(ObservationQuestionIn):
    """A new source; `name` is that of the series. It is asked once before it is kept, which may take ten seconds."""

    name = serializers.CharField(max_length=120)


class ObservationSourceEdit(AskedSourceEdit):
    """What can be changed of a source; it is then read anew from its first day."""

    statement = serializers.CharField(max_length=LONGEST_STATEMENT)
    threshold = serializers.FloatField(min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True)
    method = optional_text(60)


class ObservationSourceOut(AskedSourceOut):
    """A source in its condition: ok, new, failing or paused."""

    kind = serializers.ChoiceField(ObservedKind.values)
    connection = serializers.CharField(source="connection.public_id")
    threshold = serializers.FloatField(allow_null=True)
    method = serializers.CharField()


class ObservationSourceParams(PageParams):
    """Filters of sources of observations."""

    kind = serializers.ChoiceField(ObservedKind.values, required=False)
