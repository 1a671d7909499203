"""Forecasts and estimates, as the API takes and shows them. A forecast comes whole from one function."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, person
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer


class PartOut(StrictSerializer):
    """One part of what is still to be done: `tasks`, `labels`, `metric:NAME` or `check:ID`.

    Dates are null with a `reason`. `chance_to_be_last` is how probable it is that this part decides, `without_p85` what
    P85 would be if it were not asked for.
    """

    gate = serializers.CharField()
    title = serializers.CharField()
    p50 = DayField(allow_null=True)
    p85 = DayField(allow_null=True)
    reason = serializers.CharField()
    rests_on = serializers.CharField()
    chance_to_be_last = serializers.FloatField()
    without_p85 = DayField(allow_null=True)


class EndsOut(StrictSerializer):
    """The earliest and the latest date with a chance, however the parts depend on each other."""

    earliest = DayField(allow_null=True)
    latest = DayField(allow_null=True)


class BoundsOut(StrictSerializer):
    """The bounds of both dates."""

    p50 = EndsOut()
    p85 = EndsOut()


class ForecastOut(StrictSerializer):
    """The dates on whose evening all is done with a chance of 50 and 85 %, null with a `reason`.

    `decided_by` is the gate of the part that is most probably the last; without a date the first that has none.
    """

    as_of = DayField()
    p50 = DayField(allow_null=True)
    p85 = DayField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)
    parts = PartOut(many=True)
    bounds = BoundsOut(required=False)
    reason = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())


class ForecastParams(Params):
    """What would be otherwise."""

    drop = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, help_text="Gates left out, with commas between."
    )
    cut_tasks = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, default=0)
    labeling_rate = serializers.FloatField(min_value=0.01, max_value=100, required=False, default=1.0)


class EstimateIn(StrictSerializer):
    """When a check will pass, by a person's word: three days in this order, the last of them still to come."""

    check = serializers.CharField(max_length=80)
    earliest = DayField()
    likely = DayField()
    latest = DayField()


class EstimateOut(StrictSerializer):
    """A kept estimate."""

    id = serializers.CharField(source="public_id")
    check = serializers.CharField(source="check_id")
    earliest = DayField()
    likely = DayField()
    latest = DayField()
    author = person("author")
    created_at = UTCDateTimeField()
    withdrawn_at = UTCDateTimeField(allow_null=True)


class ScoreOut(StrictSerializer):
    """How one kind of date did over forecasts whose day is over, an initiative counting once.

    `coverage` is the share that was kept, from `low` to `high` at 95 %; `claimed` the mean chance that the forecasts
    gave to it, null for what claims none. `loss_days` is the mean pinball loss, at least where some are `unfinished`.
    """

    level = serializers.FloatField()
    initiatives = serializers.IntegerField()
    forecasts = serializers.IntegerField()
    coverage = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    claimed = serializers.FloatField(allow_null=True)
    is_off = serializers.BooleanField()
    loss_days = serializers.FloatField()
    unfinished = serializers.IntegerField()


class SharpnessOut(StrictSerializer):
    """How wide n forecasts were, in days: P50 to P85 (mean and median), and the day of the forecast to P85."""

    n = serializers.IntegerField()
    width = serializers.FloatField()
    width_median = serializers.FloatField()
    ahead = serializers.FloatField()


class CalibrationOut(StrictSerializer):
    """How kept forecasts did; null where no day has come. `beside` is P50 over the forecasts that `owner` is of."""

    kept = serializers.IntegerField()
    open = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    without_date = serializers.IntegerField()
    p50 = ScoreOut(allow_null=True)
    p85 = ScoreOut(allow_null=True)
    owner = ScoreOut(allow_null=True)
    beside = ScoreOut(allow_null=True)
    sharpness = SharpnessOut(allow_null=True)
