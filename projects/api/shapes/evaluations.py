"""Evaluations as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models import Evaluation
from projects.models.evaluations import Origin, Purpose
from projects.progress.evaluations.levels import ABSTAINED, SCALE
from projects.services.count_input import LONGEST_VALUE, MOST_CELLS, MOST_PAIRS
from projects.services.evaluation_input import (
    LONGEST_COLUMN,
    LONGEST_DIGEST,
    MOST_GROUP_COLUMNS,
    MOST_MEMBERS,
    MOST_SLICE_COLUMNS,
    TEXTS,
)
from projects.services.item_input import LARGEST

_VALUE = {"type": ["string", "integer", "null"], "maxLength": LONGEST_VALUE}
_CELL: dict[str, Any] = {
    "level": {"type": ["integer", "null"], "minimum": ABSTAINED, "maximum": SCALE},
    "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "right": {"type": "integer", "minimum": 0, "maximum": LARGEST},
    "wrong": {"type": "integer", "minimum": 0, "maximum": LARGEST},
    "positive": {"type": "boolean"},
    "selected": {"type": "boolean"},
}


def _column(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_CELLS}


_PARTS = {name: {"type": "object", "additionalProperties": _VALUE} for name in ("slices", "groups")}
_COLUMN_PARTS = {name: {"type": "object", "additionalProperties": _column(_VALUE)} for name in ("slices", "groups")}
_REQUIRED = {"required": ["right", "wrong"], "additionalProperties": False}
_ROW = {"type": "object", "properties": {**_CELL, **_PARTS}, **_REQUIRED}
_COLUMNS = {name: _column(shape) for name, shape in _CELL.items()} | _COLUMN_PARTS


@extend_schema_field({"oneOf": [_column(_ROW), {"type": "object", "properties": _COLUMNS, **_REQUIRED}]})
class CountsField(serializers.Field[Any, Any, Any, Any]):
    """Right and wrong per confidence level, slice, group and class: rows, or the same as columns.

    A row has a `level` (the confidence times 10,000, rounded half to even) or a `confidence`, null where the model
    abstained.
    """


class EvaluatedData(StrictSerializer):
    """The version of data that was evaluated on."""

    name = serializers.CharField(max_length=300)
    digest = serializers.CharField(max_length=128)
    rows = serializers.IntegerField(min_value=0, max_value=2**62, required=False, allow_null=True)
    schema_digest = optional_text(128)


class MeasuredMetricShape(StrictSerializer):
    """A metric that counts do not give, with its interval and n; finite numbers."""

    value = serializers.FloatField()
    low = serializers.FloatField(required=False, allow_null=True)
    high = serializers.FloatField(required=False, allow_null=True)
    n = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, allow_null=True)


class ComponentsShape(StrictSerializer):
    """What the model is made of: a digest by part."""

    data = optional_text(LONGEST_DIGEST)  # type: ignore[assignment]
    labels = optional_text(LONGEST_DIGEST)
    features = optional_text(LONGEST_DIGEST)
    code = optional_text(LONGEST_DIGEST)
    hyperparameters = optional_text(LONGEST_DIGEST)
    model = optional_text(LONGEST_DIGEST)
    threshold = optional_text(LONGEST_DIGEST)
    container = optional_text(LONGEST_DIGEST)


class ConfusedPair(StrictSerializer):
    """How many cases of a label were predicted as what."""

    label = serializers.CharField(max_length=LONGEST_VALUE)  # type: ignore[assignment]
    prediction = serializers.CharField(max_length=LONGEST_VALUE)
    n = serializers.IntegerField(min_value=1, max_value=LARGEST)


def _columns_field(most: int) -> serializers.ListField:
    column = serializers.CharField(max_length=LONGEST_COLUMN)
    return serializers.ListField(child=column, max_length=most, required=False, allow_null=True)


class EvaluationDescription(StrictSerializer):
    """What an evaluation is about. Only describes: `projects.services.evaluation_input` reads it."""

    external_id = optional_text(TEXTS["external_id"], allow_null=True)
    purpose = serializers.ChoiceField(Purpose.values, required=False)
    name = optional_text(TEXTS["name"], allow_null=True)
    family = optional_text(TEXTS["family"], allow_null=True)
    members = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=MOST_MEMBERS, required=False, allow_null=True
    )
    run = optional_text(TEXTS["run"], allow_null=True, help_text="The id of a run that counts, ours or its source's.")
    model_version = optional_text(TEXTS["model_version"], allow_null=True, help_text="An id, or name/version.")
    dataset = EvaluatedData(required=False, allow_null=True)
    commit = optional_text(TEXTS["commit"], allow_null=True)
    at = UTCDateTimeField(required=False, allow_null=True, help_text="When it was measured; now where absent.")
    components = ComponentsShape(required=False, allow_null=True)
    scope = optional_text(TEXTS["scope"], allow_null=True, help_text="Which cases the denominator covers.")
    abstention = optional_text(TEXTS["abstention"], allow_null=True, help_text="How the model abstains.")
    favourable = optional_text(TEXTS["favourable"], allow_null=True, help_text="The class that people wish for.")
    cost = serializers.FloatField(min_value=0, required=False, allow_null=True)
    metrics = serializers.DictField(child=MeasuredMetricShape(), required=False, allow_null=True)
    slice_columns = _columns_field(MOST_SLICE_COLUMNS)
    group_columns = _columns_field(MOST_GROUP_COLUMNS)


class EvaluationIn(EvaluationDescription):
    """An evaluation as sufficient statistics."""

    counts = CountsField()
    confusion = serializers.ListField(child=ConfusedPair(), max_length=MOST_PAIRS, required=False, allow_null=True)


class DatasetOfEvaluation(StrictSerializer):
    """The version of data behind an evaluation."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    digest = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True)


class EvaluationSummary(StrictSerializer):
    """An evaluation: what it is about, and its counts over all cases, whatever their confidence."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField()
    origin = serializers.ChoiceField(Origin.values)
    purpose = serializers.ChoiceField(Purpose.values)
    name = serializers.CharField()
    family = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField())
    run = serializers.CharField(source="run.public_id", allow_null=True)
    model_version = serializers.CharField(source="model_version.public_id", allow_null=True)
    connection = serializers.CharField(source="connection.public_id", allow_null=True)
    dataset = DatasetOfEvaluation(allow_null=True)
    commit = serializers.CharField()
    at = UTCDateTimeField()
    components = serializers.DictField(child=serializers.CharField())
    scope = serializers.CharField()
    abstention = serializers.CharField()
    favourable = serializers.CharField()
    cost = serializers.FloatField(allow_null=True)
    slice_columns = serializers.ListField(child=serializers.CharField())
    group_columns = serializers.ListField(child=serializers.CharField())
    n = serializers.IntegerField()
    right = serializers.IntegerField()
    abstained = serializers.IntegerField()
    accuracy = serializers.SerializerMethodField()
    metrics = serializers.DictField(child=MeasuredMetricShape())
    cases_until = UTCDateTimeField(allow_null=True, help_text="When the rows per case end; null where none are kept.")
    recorded_at = UTCDateTimeField()

    def get_accuracy(self, evaluation: Evaluation) -> float:
        """Return the share of all cases that are right."""
        return evaluation.right / evaluation.n


class EvaluationParams(PageParams):
    """Filters of evaluations."""

    purpose = serializers.ChoiceField(Purpose.values, required=False)
    dataset = serializers.CharField(max_length=300, required=False, help_text="An id (dat_…), a digest or a name.")
    model_version = serializers.CharField(max_length=330, required=False, help_text="An id (mdl_…), or name/version.")
    run = serializers.CharField(max_length=250, required=False, help_text="An id (run_…), ours or its source's.")
    commit = serializers.CharField(max_length=100, required=False)
    external_id = serializers.CharField(max_length=250, required=False)
