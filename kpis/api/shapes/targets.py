"""What metrics must reach, as the API takes and shows it."""

from __future__ import annotations

from rest_framework import serializers

from kpis.models.targets import Comparator, TargetState
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer


class TargetIn(StrictSerializer):
    """A target on a metric, or a new version of it; `high` is the upper end of `between`.

    On evaluations: `threshold` is the confidence from which the model decides alone, null lets it be chosen within the
    guarantee in steps of `grid_step`; only data with `dataset_digest` counts, where one is given.
    """

    metric = serializers.CharField(max_length=300)
    comparator = serializers.ChoiceField(Comparator.values)
    value = serializers.FloatField()
    high = serializers.FloatField(required=False, allow_null=True)
    slice = optional_text(200)
    minimum_n = serializers.IntegerField(min_value=1, max_value=2_000_000_000, required=False, allow_null=True)
    confidence = serializers.FloatField(required=False, allow_null=True)
    threshold = serializers.FloatField(required=False, allow_null=True)
    grid_step = serializers.FloatField(required=False, allow_null=True)
    dataset_digest = optional_text(128)
    reason = optional_text(2000)


class WithdrawalIn(StrictSerializer):
    """Why a target ends."""

    reason = optional_text(2000)


class TargetOut(StrictSerializer):
    """One version of a target; `withdraws` says that the version ends it."""

    id = serializers.CharField(source="public_id")
    metric = serializers.CharField()
    slice = serializers.CharField()
    number = serializers.IntegerField()
    comparator = serializers.ChoiceField(Comparator.values)
    value = serializers.FloatField()
    high = serializers.FloatField(allow_null=True)
    minimum_n = serializers.IntegerField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True)
    grid_step = serializers.FloatField()
    dataset_digest = serializers.CharField()
    withdraws = serializers.BooleanField()
    state = serializers.ChoiceField(TargetState.values)
    reason = serializers.CharField()
    loosens = serializers.ListField(child=serializers.CharField())
    author = person("author")
    approver = person("approver")
    self_approved = serializers.BooleanField()
    decided_at = UTCDateTimeField(allow_null=True)
    valid_from = UTCDateTimeField(allow_null=True)
    valid_to = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()


class TargetParams(PageParams):
    """Filters of targets; without `state` all versions are listed."""

    metric = serializers.CharField(max_length=300, required=False)
    state = serializers.ChoiceField(TargetState.values, required=False)


class AliasShape(StrictSerializer):
    """Another name that runs give a metric."""

    alias = serializers.CharField(max_length=300)
    metric = serializers.CharField(max_length=300)


class BaselineIn(StrictSerializer):
    """What the simplest thing achieves on a metric; `note` says where the figure is from."""

    metric = serializers.CharField(max_length=300)
    value = serializers.FloatField()
    n = serializers.IntegerField(min_value=1, max_value=2_000_000_000, required=False, allow_null=True)
    note = serializers.CharField(max_length=20_000)


class BaselineOut(BaselineIn):
    """A kept baseline; the newest of a metric counts."""

    author = person("author")
    created_at = UTCDateTimeField()
