"""Quotas and the summary of labels, as the API takes and shows them. The summary comes whole from one function."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.api.shapes.label_audits import AuditResultOut, CeilingOut, LabelErrorOut
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


class BatchDatasetIn(StrictSerializer):
    """Of which dataset version the tasks of a batch are, null for none; `batch` is "" for tasks that name none.

    `project` is a labeling project of the initiative; without one it is what was pushed.
    """

    batch = serializers.CharField(max_length=200, allow_blank=True)
    dataset_id = serializers.CharField(max_length=24, allow_null=True)
    project = serializers.CharField(max_length=24, required=False, allow_blank=True)


class DatasetLabelsOut(StrictSerializer):
    """How far the labels of a dataset version are; `reviewed` and `skipped` are null where they are not known."""

    id = serializers.CharField()
    name = serializers.CharField()
    digest = serializers.CharField()
    total = serializers.IntegerField()
    labeled = serializers.IntegerField()
    reviewed = serializers.IntegerField(allow_null=True)
    skipped = serializers.IntegerField(allow_null=True)
    per_class = serializers.DictField(child=serializers.IntegerField())


class BatchDatasetOut(StrictSerializer):
    """A batch and its version, null where a tool names one (`named`) that the initiative has not."""

    project = serializers.CharField()
    batch = serializers.CharField()
    dataset_id = serializers.CharField(allow_null=True)
    named = serializers.CharField()


class LabelsByDatasetOut(StrictSerializer):
    """How far the labels of each dataset version are, and which batches they are."""

    datasets = DatasetLabelsOut(many=True)
    batches = BatchDatasetOut(many=True)


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


class GoldOut(StrictSerializer):
    """How often answers to gold questions are right, with Wilson's interval at 95 %."""

    right = serializers.IntegerField()
    n = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class LabelingSummaryOut(StrictSerializer):
    """How the labels stand. `forecast` is null with its `reason`; `audit` and `ceiling` until labels are audited.

    `gold` is of all annotators together, null unless two of them answered gold questions.
    """

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
    gold = GoldOut(allow_null=True)
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


class AnnotatorAgreementOut(StrictSerializer):
    """How often an annotator gave the label that another one gave to the same task."""

    agreed = serializers.IntegerField()
    compared = serializers.IntegerField()
    value = serializers.FloatField()


class AnnotatorOut(StrictSerializer):
    """Figures of one annotator, a pseudonym; null where they rest on fewer than five tasks."""

    annotator = serializers.CharField()
    project = serializers.CharField(allow_null=True)
    tasks = serializers.IntegerField()
    gold = GoldOut(allow_null=True)
    agreement = AnnotatorAgreementOut(allow_null=True)


class AnnotatorsOut(StrictSerializer):
    """Annotators in the order of their pseudonyms, none while the figures are off; `too_few` are left out.

    Those have labeled fewer than five tasks.
    """

    on = serializers.BooleanField()
    annotators = AnnotatorOut(many=True)
    too_few = serializers.IntegerField()


class OverviewParams(PageParams):
    """The page of the overview: each row of it is computed."""

    limit = serializers.IntegerField(
        required=False, default=25, min_value=1, max_value=50, help_text="How many items a page holds."
    )


class OverviewQuotasOut(StrictSerializer):
    """All quotas of an initiative together; a surplus of one class hides no deficit of another."""

    wanted = serializers.IntegerField()
    missing = serializers.IntegerField()
    progress = serializers.FloatField()


class OverviewForecastOut(StrictSerializer):
    """The dates on whose evening all is labeled with a chance of 50 and 85 %."""

    p50 = serializers.DateField(allow_null=True)
    p85 = serializers.DateField()


class OverviewAgreementOut(StrictSerializer):
    """Krippendorff's alpha over so many tasks with two labels or more; `undefined` says why it has no value."""

    alpha = serializers.FloatField(allow_null=True)
    undefined = serializers.CharField(allow_null=True)
    tasks = serializers.IntegerField()


class OverviewRowOut(StrictSerializer):
    """How the labels of one initiative stand. `forecast` is null with its `reason`."""

    initiative = serializers.CharField()
    name = serializers.CharField()
    total = serializers.IntegerField()
    labeled = serializers.IntegerField()
    rate_per_week = serializers.FloatField(allow_null=True)
    quotas = OverviewQuotasOut(allow_null=True)
    forecast = OverviewForecastOut(allow_null=True)
    reason = serializers.CharField()
    shortfalls = serializers.ListField(child=serializers.CharField())
    agreement = OverviewAgreementOut(allow_null=True)
    label_error = LabelErrorOut(allow_null=True)
