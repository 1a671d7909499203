"""Evaluations at their operating point, as the API shows them."""

from __future__ import annotations

from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer
from projects.models.evaluations import Origin, Purpose

DECISIONS = ("met", "missed", "undecided")
METHODS = ("declared", "late", "fixed_sequence", "observed", "asked", "all")


def ratio() -> serializers.FloatField:
    """Return the field of a ratio that may be unknown."""
    return serializers.FloatField(allow_null=True)


def decision() -> serializers.ChoiceField:
    """Return the field of a three-valued decision, null where nothing is asked."""
    return serializers.ChoiceField(DECISIONS, allow_null=True)


class MeasuredOut(StrictSerializer):
    """A metric with its interval and n, null where they are not known."""

    value = ratio()
    low = ratio()
    high = ratio()
    n = serializers.IntegerField(allow_null=True)


class CurvePointOut(StrictSerializer):
    """One point of the accuracy-coverage curve; n are the cases decided there, the interval is Wilson's at 95 %."""

    threshold = serializers.FloatField()
    coverage = ratio()
    accuracy = ratio()
    low = ratio()
    high = ratio()
    n = serializers.IntegerField()


class OperatingPointOut(StrictSerializer):
    """Where targets judge accuracy and coverage together, with what is guaranteed there."""

    threshold = serializers.FloatField()
    coverage = ratio()
    accuracy = ratio()
    guaranteed_coverage = ratio()
    observed_coverage = ratio()
    sgr_coverage = ratio()
    method = serializers.ChoiceField(METHODS)
    accuracy_decision = decision()
    coverage_decision = decision()
    n_more = serializers.IntegerField(allow_null=True)
    reachable = serializers.BooleanField(allow_null=True)


class _PartOut(StrictSerializer):
    n = serializers.IntegerField()
    decided = serializers.IntegerField()
    accuracy = ratio()
    low = ratio()
    high = ratio()
    coverage = ratio()
    decision = decision()
    too_small = serializers.BooleanField()


class EvaluationSliceOut(_PartOut):
    """A slice at the operating point; `n` are its cases, `decided` those that the model decides alone."""

    slice = serializers.CharField()


class EvaluationGroupOut(_PartOut):
    """A group of people at the operating point."""

    group = serializers.CharField()


class ConfusionOut(StrictSerializer):
    """How many cases of a label were predicted so."""

    label = serializers.CharField()  # type: ignore[assignment]
    prediction = serializers.CharField()
    n = serializers.IntegerField()


class NotUsedOut(StrictSerializer):
    """A target that this evaluation is not used for, and why."""

    target = serializers.CharField()
    reason = serializers.CharField()


class DatasetRefOut(StrictSerializer):
    """A dataset version by name and digest."""

    name = serializers.CharField()
    digest = serializers.CharField()


class ShelfLifeOut(StrictSerializer):
    """How many answers of gates a test set bears, and how many were given."""

    allowed = serializers.IntegerField()
    given = serializers.IntegerField()


class SliceThenOut(StrictSerializer):
    """A slice in an evaluation of another time; `n` are its cases, `decided` those that the model decides alone."""

    slice = serializers.CharField()
    n = serializers.IntegerField()
    decided = serializers.IntegerField()
    accuracy = ratio()
    coverage = ratio()


class EvaluationThenOut(StrictSerializer):
    """An evaluation of another time, at its own operating point."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    purpose = serializers.ChoiceField(Purpose.values)
    at = UTCDateTimeField()
    threshold = serializers.FloatField()
    in_production = serializers.BooleanField()


class SlicesThenOut(EvaluationThenOut):
    """An evaluation of the same slice columns at its own operating point under the targets in force."""

    slices = SliceThenOut(many=True)


class EvaluationReportOut(StrictSerializer):
    """An evaluation: what it is about, its curve, and its numbers at the operating point under the targets in force."""

    id = serializers.CharField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    origin = serializers.ChoiceField(Origin.values)
    purpose = serializers.ChoiceField(Purpose.values)
    family = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField())
    run = serializers.CharField(allow_null=True)
    model_version = serializers.CharField(allow_null=True)
    dataset = DatasetRefOut(allow_null=True)
    commit = serializers.CharField()
    components = serializers.DictField(child=serializers.CharField())
    scope = serializers.CharField()
    abstention = serializers.CharField()
    favourable = serializers.CharField()
    cost = serializers.FloatField(allow_null=True)
    at = UTCDateTimeField()
    recorded_at = UTCDateTimeField()
    url = serializers.CharField()
    n = serializers.IntegerField()
    abstained = serializers.IntegerField()
    metrics = serializers.DictField(child=MeasuredOut())
    curve = CurvePointOut(many=True)
    operating_point = OperatingPointOut(allow_null=True)
    says = serializers.CharField()
    slices = EvaluationSliceOut(many=True)
    groups = EvaluationGroupOut(many=True)
    confusion = ConfusionOut(many=True)
    not_used = NotUsedOut(many=True)
    shelf_life = ShelfLifeOut(allow_null=True)
    slice_history = SlicesThenOut(many=True)


class EffectOut(StrictSerializer):
    """What a threshold is expected to move in a KPI, with its interval; `moved` is what the KPI did since."""

    kpi = serializers.CharField()
    unit = serializers.CharField()
    expected = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    problem = serializers.CharField()
    since = UTCDateTimeField()
    moved = serializers.FloatField(allow_null=True)


class PointParams(Params):
    """Which threshold."""

    threshold = serializers.FloatField(
        required=False,
        min_value=0.0,
        max_value=1.0,
        help_text="The confidence from which the model decides alone; the operating point's without it.",
    )


class PointOut(StrictSerializer):
    """What a threshold gives: accuracy and coverage with intervals, errors in 1,000 decisions, and what it moves."""

    threshold = serializers.FloatField()
    coverage = ratio()
    accuracy = ratio()
    n = serializers.IntegerField()
    decided = serializers.IntegerField()
    left = serializers.IntegerField()
    errors_per_thousand = serializers.FloatField(allow_null=True)
    low = ratio()
    high = ratio()
    coverage_low = ratio()
    coverage_high = ratio()
    guaranteed_coverage = ratio()
    method = serializers.ChoiceField(METHODS, allow_null=True)
    accuracy_decision = decision()
    coverage_decision = decision()
    n_more = serializers.IntegerField(allow_null=True)
    reachable = serializers.BooleanField(allow_null=True)
    says = serializers.CharField()
    effects = EffectOut(many=True)
