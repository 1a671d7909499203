"""What initiatives moved and cost, and what was decided, as the API takes and shows them."""

from __future__ import annotations

from typing import get_args

from rest_framework import serializers

from kpis.models import ContributionResult, InitiativeCost, ValueDecision
from kpis.models.kpis import Contribution
from kpis.models.realised import SEGMENT, Method, Outcome
from kpis.scoring.realised.words import Standing, standing_of
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.serializers import StrictSerializer

STANDINGS = get_args(Standing)


class ResultIn(StrictSerializer):
    """What is asked of a KPI; `since` is needed but for an experiment, `experiment` and `effect` for their methods.

    `first` and `last` bound the window, by the first days of its periods. A control is another `control_segment` of the
    KPI, or `control_kpi`, a KPI by its key in the same unit and period.
    """

    kpi = serializers.CharField(max_length=60)
    method = serializers.ChoiceField(Method.values)
    since = DayField(required=False, allow_null=True)
    first = DayField(required=False, allow_null=True)
    last = DayField(required=False, allow_null=True)
    segment = optional_text(SEGMENT)
    control_kpi = optional_text(60)
    control_segment = optional_text(SEGMENT)
    experiment = optional_text(40)
    effect = serializers.FloatField(required=False, allow_null=True)
    note = optional_text(2000)


class EstimateShape(StrictSerializer):
    """A number with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class PlaceboOut(StrictSerializer):
    """What the method finds at a day on which nothing happened."""

    day = DayField()
    effect = serializers.FloatField()


class PlacebosOut(StrictSerializer):
    """The same method at earlier days, over so many periods each; `ours` is over as many.

    `share` is how often as much is found, ours among them; null for fewer than ten days.
    """

    periods = serializers.IntegerField()
    ours = serializers.FloatField(allow_null=True)
    as_large = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    effects = PlaceboOut(many=True)


class OtherReleaseOut(StrictSerializer):
    """Another arrival in production within the window."""

    day = DayField()
    initiative = serializers.CharField()
    version = serializers.CharField()


class ResultEvidenceOut(StrictSerializer):
    """What an answer rests on; `level`, `slope` and `factor` belong to interrupted time series."""

    level = EstimateShape(allow_null=True)
    slope = EstimateShape(allow_null=True)
    factor = EstimateShape(allow_null=True)
    season = serializers.CharField()
    assumptions = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())
    placebos = PlacebosOut()
    releases = OtherReleaseOut(many=True)


class ResultOut(StrictSerializer):
    """A kept answer. Without an `effect`, `problem` says why there is no credible one.

    `standing` is what came of it in one word: moved, against (the wrong way), open (not distinguishable from zero),
    doubtful (as much is found where nothing happened), claimed, or none. `n_before` and `n_after` count periods, of an
    experiment cases.
    """

    id = serializers.CharField(source="public_id")
    initiative = serializers.CharField(source="initiative.key")
    kpi = serializers.CharField(source="kpi.key")
    method = serializers.ChoiceField(Method.values)
    grade = serializers.ChoiceField(Contribution.Grade.values)
    standing = serializers.SerializerMethodField()
    since = DayField()
    first = DayField(allow_null=True)
    last = DayField(allow_null=True)
    segment = serializers.CharField()
    control_kpi = serializers.CharField(source="control_kpi.key", allow_null=True, default=None)
    control_segment = serializers.CharField()
    experiment = serializers.CharField(source="experiment.public_id", allow_null=True, default=None)
    effect = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n_before = serializers.IntegerField()
    n_after = serializers.IntegerField()
    problem = serializers.CharField()
    evidence = ResultEvidenceOut(source="document")
    digest = serializers.CharField()
    note = serializers.CharField()
    author = person("author")
    as_of = UTCDateTimeField()

    def get_standing(self, result: ContributionResult) -> Standing:
        """Return what came of it in one word."""
        numbers = (result.effect, result.low, result.high)
        return standing_of(result.grade, *numbers, result.kpi.direction, result.document)


class ExperimentIn(StrictSerializer):
    """Two groups that chance made; `treated` and `control` are how many of them had it, or their means.

    The difference of shares or means times `scale` is in the KPI's unit. One with a known `external_id` is put right.
    """

    kpi = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=200)
    outcome = serializers.ChoiceField(Outcome.values)
    treated_n = serializers.IntegerField(min_value=2)
    treated = serializers.FloatField()
    treated_deviation = serializers.FloatField(required=False, allow_null=True)
    control_n = serializers.IntegerField(min_value=2)
    control = serializers.FloatField()
    control_deviation = serializers.FloatField(required=False, allow_null=True)
    scale = serializers.FloatField(required=False, allow_null=True)
    starts_on = DayField()
    ends_on = DayField()
    link = optional_text(1000)
    note = optional_text(2000)
    external_id = optional_text(250)


class ExperimentOut(StrictSerializer):
    """A kept experiment."""

    id = serializers.CharField(source="public_id")
    kpi = serializers.CharField(source="kpi.key")
    name = serializers.CharField()
    outcome = serializers.ChoiceField(Outcome.values)
    treated_n = serializers.IntegerField()
    treated = serializers.FloatField()
    treated_deviation = serializers.FloatField(allow_null=True)
    control_n = serializers.IntegerField()
    control = serializers.FloatField()
    control_deviation = serializers.FloatField(allow_null=True)
    scale = serializers.FloatField()
    starts_on = DayField()
    ends_on = DayField()
    link = serializers.CharField()
    note = serializers.CharField()
    external_id = serializers.CharField()
    author = person("author")
    recorded_at = UTCDateTimeField()


class CostIn(StrictSerializer):
    """What was spent from one day to another: people-weeks, money in the workspace's currency, or both."""

    kind = serializers.ChoiceField(InitiativeCost.Kind.values)
    starts_on = DayField()
    ends_on = DayField()
    weeks = serializers.FloatField(required=False, allow_null=True)
    amount = serializers.FloatField(required=False, allow_null=True)
    note = optional_text(500)


class CostOut(StrictSerializer):
    """A cost that was noted."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(InitiativeCost.Kind.values)
    starts_on = DayField()
    ends_on = DayField()
    weeks = serializers.FloatField(allow_null=True)
    amount = serializers.FloatField(allow_null=True)
    currency = serializers.CharField(source="initiative.workspace.currency")
    note = serializers.CharField()
    author = person("author")
    recorded_at = UTCDateTimeField()


class ValueDecisionIn(StrictSerializer):
    """What to do with an initiative for its value; `review_on` is needed unless it is to retire."""

    decision = serializers.ChoiceField(ValueDecision.Decision.values)
    reason = serializers.CharField(max_length=2000)
    review_on = DayField(required=False, allow_null=True)


class ValueDecisionOut(StrictSerializer):
    """A decision that was taken."""

    id = serializers.CharField(source="public_id")
    decision = serializers.ChoiceField(ValueDecision.Decision.values)
    reason = serializers.CharField()
    review_on = DayField(allow_null=True)
    author = person("author")
    at = UTCDateTimeField()
