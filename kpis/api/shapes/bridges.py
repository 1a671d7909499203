"""What a decision is worth to a KPI, what was tried, and when to stop trying, as the API takes and shows them."""

from __future__ import annotations

from typing import get_args

from rest_framework import serializers

from kpis.scoring.directions import Better, KnownBy
from kpis.scoring.evaluations.formula import LONGEST
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer
from projects.models.evaluations import Purpose

BETTER, KNOWN_BY = get_args(Better), get_args(KnownBy)


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
    """A kept stop rule. `direction` is which way the metric gets better, "inside" towards a target between two values.

    `direction_from` is how that is known; "assumed" where neither a target nor the name says so. `measure` is what is
    compared, in words.
    """

    metric = serializers.CharField()
    gain = serializers.FloatField()
    attempts = serializers.IntegerField()
    direction = serializers.ChoiceField(BETTER)
    direction_from = serializers.ChoiceField(KNOWN_BY)
    measure = serializers.CharField()
    updated_at = UTCDateTimeField()


class AttemptsParams(Params):
    """Which attempts."""

    purpose = serializers.ChoiceField(Purpose.values, default="test")


class FamilyOut(StrictSerializer):
    """The attempts of one family of models; `best` is null where none has a value."""

    name = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    cost = serializers.FloatField(allow_null=True)
    best = serializers.FloatField(allow_null=True)


class AttemptsOut(StrictSerializer):
    """All attempts of a purpose by one measure; `coverage` is where accuracies are compared, null for all cases.

    `lucky` is the expected best of so many equal attempts, null where the metric is no share of counted cases;
    `measured` counts the attempts that have a value, `known_costs` those whose cost is known. `stalled` says that the
    stop rule asks to stop.
    """

    purpose = serializers.ChoiceField(Purpose.values)
    metric = serializers.CharField()
    measure = serializers.CharField()
    coverage = serializers.FloatField(allow_null=True)
    direction = serializers.ChoiceField(BETTER)
    direction_from = serializers.ChoiceField(KNOWN_BY)
    attempts = serializers.IntegerField()
    measured = serializers.IntegerField()
    best = serializers.FloatField(allow_null=True)
    lucky = serializers.FloatField(allow_null=True)
    beats_luck = serializers.BooleanField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    known_costs = serializers.IntegerField()
    families = FamilyOut(many=True)
    stop_rule = StopRuleOut(allow_null=True)
    stalled = serializers.BooleanField()
