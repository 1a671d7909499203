"""What a decision is worth to a KPI, and when to stop trying, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from kpis.scoring.evaluations.formula import LONGEST
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.serializers import StrictSerializer


class BridgeIn(StrictSerializer):
    """What a decision is worth, in the KPI's unit per period; `inputs` are further numbers for the `formula`.

    An empty formula is `volume * coverage * (accuracy * value_per_correct - error_rate * cost_per_error)`. One of
    your own may use these names, `decided`, `errors`, `left` and the names of `inputs`, with + - * / **, min and max.
    """

    volume = serializers.FloatField()
    value_per_correct = serializers.FloatField()
    cost_per_error = serializers.FloatField()
    formula = optional_text(LONGEST)
    inputs = serializers.DictField(child=serializers.FloatField(), required=False)


class BridgeOut(StrictSerializer):
    """A kept bridge."""

    volume = serializers.FloatField()
    value_per_correct = serializers.FloatField()
    cost_per_error = serializers.FloatField()
    formula = serializers.CharField()
    inputs = serializers.DictField(child=serializers.FloatField())
    updated_at = UTCDateTimeField()


class StopRuleIn(StrictSerializer):
    """Stop when the last so many `attempts` raised `metric` by no more than `gain`, in its unit."""

    metric = optional_text(300)
    gain = serializers.FloatField()
    attempts = serializers.IntegerField(min_value=1, max_value=1000)


class StopRuleOut(StrictSerializer):
    """A kept stop rule."""

    metric = serializers.CharField()
    gain = serializers.FloatField()
    attempts = serializers.IntegerField()
    updated_at = UTCDateTimeField()
