"""The audit of what is live as the API shows it."""

from __future__ import annotations

from typing import get_args

from rest_framework import serializers

from kpis.api.shapes.versus import ComparisonOut, ShareOut
from kpis.scoring.measurement import Result
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer


class AuditedGroupOut(StrictSerializer):
    """A group of enough people to be shown; `too_small` says that it is too small to judge."""

    group = serializers.CharField()
    accuracy = ShareOut()
    coverage = ShareOut()
    too_small = serializers.BooleanField()


class AuditedTargetOut(StrictSerializer):
    """A target in force as this evaluation answers it: it fails where a bound crosses it, not the point."""

    target = serializers.CharField()
    metric = serializers.CharField()
    slice = serializers.CharField(allow_blank=True)
    result = serializers.ChoiceField(get_args(Result))
    observed = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)
    expected = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class AuditedOut(StrictSerializer):
    """An evaluation in production at its own operating point, with intervals at 95 %."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    at = UTCDateTimeField()
    n = serializers.IntegerField()
    threshold = serializers.FloatField()
    method = serializers.CharField()
    accuracy = ShareOut()
    coverage = ShareOut()
    groups = AuditedGroupOut(many=True)
    hidden_groups = serializers.IntegerField()
    targets = AuditedTargetOut(many=True)


class ProductionAuditOut(StrictSerializer):
    """The newest evaluations in production, newest first, and the champion against its shadow, null without both."""

    evaluations = AuditedOut(many=True)
    shadow = ComparisonOut(allow_null=True)
    retrain_days = serializers.FloatField(allow_null=True)
