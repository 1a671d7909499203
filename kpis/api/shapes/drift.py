"""Drift from samples or histograms, as the API takes and shows it."""

from __future__ import annotations

from typing import Final

from rest_framework import serializers

from kpis.scoring.monitoring.feature_drift import METHODS
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.serializers import StrictSerializer

MOST_FEATURES: Final = 100
MOST_BINS: Final = 50
MOST_CASES: Final = 10_000
LARGEST_COUNT: Final = 5_000_000
LARGEST_VALUE: Final = 1e100


class BinsIn(StrictSerializer):
    """How many cases lie in each bin, then and now; in the order of the values where they have one."""

    reference = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT), min_length=1, max_length=MOST_BINS
    )
    current = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT), min_length=1, max_length=MOST_BINS
    )


class SamplesIn(StrictSerializer):
    """Values of a numeric feature, then and now."""

    reference = serializers.ListField(
        child=serializers.FloatField(min_value=-LARGEST_VALUE, max_value=LARGEST_VALUE),
        min_length=1,
        max_length=MOST_CASES,
    )
    current = serializers.ListField(
        child=serializers.FloatField(min_value=-LARGEST_VALUE, max_value=LARGEST_VALUE),
        min_length=1,
        max_length=MOST_CASES,
    )


class FeatureIn(StrictSerializer):
    """A feature with bins or samples. Without a method it is "psi" for bins and "ks" for samples."""

    name = serializers.CharField(max_length=120)
    segment = optional_text(120)
    method = serializers.ChoiceField(METHODS, required=False)
    bins = BinsIn(required=False)
    samples = SamplesIn(required=False)


class DriftIn(StrictSerializer):
    """Up to 100 features; `time` is when it was measured, by default now, `reference` what it was compared with."""

    features = serializers.ListField(child=FeatureIn(), min_length=1, max_length=MOST_FEATURES)
    time = UTCDateTimeField(required=False)
    reference = optional_text(200)


class FeatureDriftOut(StrictSerializer):
    """A drift as it was kept. Without a threshold nothing judges it, and `drifted` is null."""

    series = serializers.CharField(source="recorded.series")
    state = serializers.ChoiceField(["created", "updated", "unchanged"], source="recorded.state")
    name = serializers.CharField()
    segment = serializers.CharField()
    method = serializers.ChoiceField(METHODS)
    value = serializers.FloatField(source="found.value")
    threshold = serializers.FloatField(source="found.threshold", allow_null=True)
    n = serializers.IntegerField(source="found.n")
    n_reference = serializers.IntegerField(source="found.n_reference")
    drifted = serializers.BooleanField(source="found.drifted", allow_null=True)


class DriftOut(StrictSerializer):
    """One result for each feature, in their order."""

    features = FeatureDriftOut(many=True)
