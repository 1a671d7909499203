"""Sources of a KPI's readings, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from kpis.models import SourceKind
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.api.shapes.questions import AskedSourceEdit, AskedSourceOut, SourceOptionsField
from projects.services.question_fields import LONGEST_STATEMENT


class QuestionIn(StrictSerializer):
    """A question to a connection: PromQL, a SELECT, or the place of a file."""

    kind = serializers.ChoiceField(SourceKind.values)
    connection = serializers.CharField(
        max_length=40,
        required=False,
        allow_null=True,
        help_text="The id of a connection of this kind; an upload has none.",
    )
    statement = optional_text(LONGEST_STATEMENT)
    options = SourceOptionsField(max_keys=10, required=False)
    begins = DayField(required=False, help_text="The first day that is asked for; three years ago by default.")


class PreviewIn(QuestionIn):
    """A question that is not kept; of an upload `content` is the CSV."""

    content = optional_text(2_000_000)


class SourceIn(QuestionIn):
    """A new source. It is asked once before it is kept, which may take ten seconds."""

    name = serializers.CharField(max_length=120)


class SourceEdit(AskedSourceEdit):
    """What can be changed of a source; it is then read anew from its first day."""

    statement = optional_text(LONGEST_STATEMENT)


class SourceOut(AskedSourceOut):
    """A source in its condition: ok, new, failing, paused or upload."""

    kind = serializers.ChoiceField(SourceKind.values)
    connection = serializers.CharField(source="connection.public_id", allow_null=True, default=None)


class SourceParams(PageParams):
    """Filters of sources."""

    kind = serializers.ChoiceField(SourceKind.values, required=False)


class CorrectionOut(StrictSerializer):
    """What a reading was before another value of the same moment took its place; null where a formula gives none."""

    segment = serializers.CharField()
    time = UTCDateTimeField()
    value = serializers.FloatField()
    replaced_by = serializers.FloatField(allow_null=True)
    recorded_at = UTCDateTimeField()
    replaced_at = UTCDateTimeField()
