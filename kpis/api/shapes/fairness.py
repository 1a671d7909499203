"""A fairness audit as the API shows it. The answer comes whole from the audit; what is hidden is null."""

from __future__ import annotations

from rest_framework import serializers

from kpis.api.shapes.evaluations import EvaluationThenOut
from kpis.scoring.evaluations.audit import RATES
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer
from projects.models.evaluations import Purpose

RESULTS = ("pass", "fail", "insufficient", "missing")
STATES = ("shown", "too_small", "undefined", "hidden")


def number() -> serializers.FloatField:
    """Return the field of a number that may be unknown."""
    return serializers.FloatField(allow_null=True)


class FairnessParams(Params):
    """At which point it is audited."""

    threshold = serializers.FloatField(
        required=False, min_value=0, max_value=1, help_text="Another threshold than that of the operating point."
    )


class GroupRateOut(StrictSerializer):
    """One rate of a group with its n and Wilson interval; "hidden" shows nothing, "undefined" has no cases."""

    rate = serializers.ChoiceField(RATES)
    state = serializers.ChoiceField(STATES)
    value = number()
    low = number()
    high = number()
    n = serializers.IntegerField(allow_null=True)


class FairnessGroupOut(StrictSerializer):
    """A group with its rates."""

    group = serializers.CharField()
    n = serializers.IntegerField(allow_null=True)
    hidden = serializers.BooleanField()
    rates = GroupRateOut(many=True)


class GapOut(StrictSerializer):
    """How far groups lie apart in a rate: `low` and `high` are of highest minus lowest, at once with all pairs.

    `ratio_low` and `ratio_high` are of the lowest over the highest; `ratio_least` is the smallest ratio that any pair
    allows, `ratio_most` the smallest that all leave, at most 1: by these a target on the ratio is judged.
    """

    rate = serializers.ChoiceField(RATES)
    difference = number()
    ratio = number()
    highest = serializers.CharField(allow_blank=True)
    lowest = serializers.CharField(allow_blank=True)
    low = number()
    high = number()
    surest = number()
    widest = number()
    ratio_low = number()
    ratio_high = number()
    ratio_least = number()
    ratio_most = number()
    pairs = serializers.IntegerField()
    too_small = serializers.ListField(child=serializers.CharField())
    undefined = serializers.ListField(child=serializers.CharField())


class ImpactOut(StrictSerializer):
    """A group's selection rate over the reference's with its interval; `adverse` is null where it is too small."""

    group = serializers.CharField()
    ratio = number()
    adverse = serializers.BooleanField(allow_null=True)
    low = number()
    high = number()


class FourFifthsOut(StrictSerializer):
    """A screening rule (EEOC 1978), not legal advice."""

    label = serializers.CharField()  # type: ignore[assignment]
    reference = serializers.CharField(allow_blank=True)
    groups = ImpactOut(many=True)
    says = serializers.CharField(allow_blank=True)


class FairnessTableOut(StrictSerializer):
    """The groups of some columns together."""

    columns = serializers.ListField(child=serializers.CharField())
    groups = FairnessGroupOut(many=True)
    gaps = GapOut(many=True)
    equalized_odds_difference = number()
    four_fifths = FourFifthsOut()
    multiplicity = serializers.CharField(allow_blank=True)


class FairnessTargetOut(StrictSerializer):
    """What a target on a gap says."""

    target = serializers.CharField()
    metric = serializers.CharField()
    result = serializers.ChoiceField(RESULTS)
    observed = number()
    low = number()
    high = number()
    n = serializers.IntegerField(allow_null=True)
    expected = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class ColumnGapsOut(StrictSerializer):
    """The gaps of one column."""

    column = serializers.CharField()
    coverage = number()
    error_rate = number()
    selection_rate = number()
    equalized_odds = number()


class FairnessBeforeOut(EvaluationThenOut):
    """An evaluation of the same columns at its own operating point."""

    gaps = ColumnGapsOut(many=True)


class FairnessOut(StrictSerializer):
    """A fairness audit at one threshold, with the targets on gaps and the audits before, newest first."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    purpose = serializers.ChoiceField(Purpose.values)
    at = UTCDateTimeField()
    recorded_at = UTCDateTimeField()
    operating = serializers.CharField()
    threshold = serializers.FloatField()
    n = serializers.IntegerField()
    favourable = serializers.CharField(allow_blank=True)
    minimum_shown = serializers.IntegerField()
    minimum_judged = serializers.IntegerField()
    says = serializers.CharField()
    method = serializers.ListField(child=serializers.CharField())
    tables = FairnessTableOut(many=True)
    targets = FairnessTargetOut(many=True)
    history = FairnessBeforeOut(many=True)
