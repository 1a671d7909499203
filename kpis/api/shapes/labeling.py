"""Quotas and the summary of labels, as the API takes and shows them. The summary comes whole from one function."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.api.shapes.label_audits import AuditResultOut, CeilingOut
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text, person
from mltrack.rest.query import PageParams, Params
from mltrack.rest.serializers import StrictSerializer


class _OfClass(StrictSerializer):
    """The base of what is said of a class: its field's name is a word of Python."""

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields after the class."""
        return {"class": serializers.CharField(max_length=200), **super().get_fields()}


class QuotaIn(_OfClass):
    """How many labeled tasks of a class are wanted, or a new version of it; wanting 0 ends the quota."""

    wanted = serializers.IntegerField(min_value=0, max_value=1_000_000_000)
    by = DayField(required=False, allow_null=True)
    reason = optional_text(2000)


class QuotaOut(StrictSerializer):
    """One version of a quota; the one without `valid_to` is in force."""

    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    wanted = serializers.IntegerField()
    by = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    author = person("author")
    valid_from = UTCDateTimeField()
    valid_to = UTCDateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields with the class."""
        return {**super().get_fields(), "class": serializers.CharField(source="class_name")}


class QuotaParams(PageParams):
    """Filters of quotas; all versions are listed."""

    def get_fields(self) -> dict[str, Any]:
        """Return the declared parameters and the class."""
        return {**super().get_fields(), "class": serializers.CharField(max_length=200, required=False)}


class CoefficientOut(StrictSerializer):
    """A coefficient with its bootstrap interval at 95 %; `undefined` says in words why there is no value."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    undefined = serializers.CharField(allow_null=True)


class AlphaBoundsOut(StrictSerializer):
    """The one-sided bounds of Krippendorff's alpha that decide."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class ClassAgreementOut(_OfClass):
    """One class against all others."""

    labels = serializers.IntegerField()
    specific = CoefficientOut()
    alpha = CoefficientOut()


class AgreementOut(StrictSerializer):
    """How far annotators agree on tasks with two labels or more; `cohen` is null unless two alone labeled."""

    tasks = serializers.IntegerField()
    disputed = serializers.IntegerField()
    percent = CoefficientOut()
    alpha = CoefficientOut()
    alpha_bounds = AlphaBoundsOut(allow_null=True)
    fleiss = CoefficientOut()
    cohen = CoefficientOut(allow_null=True)
    classes = ClassAgreementOut(many=True)


class QuotaStandingOut(_OfClass):
    """A quota in force against the labels that there are.

    `decision` is about right labels, of which the audit lets at least `right` be; `n_more` labels settle it, null where
    nobody can say.
    """

    wanted = serializers.IntegerField()
    have = serializers.IntegerField()
    missing = serializers.IntegerField()
    decision = serializers.ChoiceField(choices=["met", "missed", "undecided"])
    right = serializers.FloatField()
    n_more = serializers.IntegerField(allow_null=True)


class LabelForecastOut(StrictSerializer):
    """The dates on whose evening all is labeled with a chance of 50 and 85 %; `decided_by` is "" for all tasks."""

    p50 = serializers.DateField(allow_null=True)
    p85 = serializers.DateField()
    decided_by = serializers.CharField(allow_null=True)
    says = serializers.CharField()


class LabelingSummaryOut(StrictSerializer):
    """How the labels stand. `forecast` is null with its `reason`; `audit` and `ceiling` until labels are audited."""

    total = serializers.IntegerField()
    labeled = serializers.IntegerField()
    reviewed = serializers.IntegerField(allow_null=True)
    skipped = serializers.IntegerField(allow_null=True)
    per_class = serializers.DictField(child=serializers.IntegerField())
    quotas = QuotaStandingOut(many=True)
    rate_per_week = serializers.FloatField(allow_null=True)
    forecast = LabelForecastOut(allow_null=True)
    reason = serializers.CharField()
    shortfalls = serializers.ListField(child=serializers.CharField())
    agreement = AgreementOut(allow_null=True)
    audit = AuditResultOut(allow_null=True)
    ceiling = CeilingOut(allow_null=True)
    words = serializers.ListField(child=serializers.CharField())


class CurveParams(Params):
    """Another accuracy than the target in force, from 0 to 1."""

    target = serializers.FloatField(required=False, min_value=0, max_value=1)


class LabelRangeOut(StrictSerializer):
    """A number of labels, at least and at most, at 95 %."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()


class PowerLawOut(StrictSerializer):
    """The best curve: accuracy(n) = a - b n^(-c)."""

    a = serializers.FloatField()
    b = serializers.FloatField()
    c = serializers.FloatField()


class SizePointOut(StrictSerializer):
    """The accuracy of one run by the labels it was trained on; `n` are test cases, null where nobody said."""

    labels = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)
    run = serializers.CharField()


class LearningCurveOut(StrictSerializer):
    """Accuracy by training size. `needed` is null with its `reason`; `more` is what is missing to it now."""

    metric = serializers.CharField()
    target = serializers.FloatField(allow_null=True)
    labeled = serializers.IntegerField()
    needed = LabelRangeOut(allow_null=True)
    more = LabelRangeOut(allow_null=True)
    reason = serializers.CharField()
    curve = PowerLawOut(allow_null=True)
    points = SizePointOut(many=True)
