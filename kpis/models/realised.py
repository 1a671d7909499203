"""What an initiative moved in a KPI: experiments, and answers with their evidence, which are never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import experiment_id, result_id
from kpis.models.kpis import KPI, Contribution
from projects.models import Initiative

FINITE = (float("-inf"), float("inf"))
SEGMENT = 120


class Outcome(models.TextChoices):
    SHARES = "shares", _("How many of the cases")
    MEANS = "means", _("A mean of the cases")


class Method(models.TextChoices):
    EXPERIMENT = "experiment", _("Experiment")
    DIFFERENCES = "did", _("Difference in differences")
    INTERRUPTED = "its", _("Interrupted time series")
    BEFORE_AFTER = "before_after", _("Before and after")
    CLAIM = "claim", _("Claim")


class ExperimentResult(models.Model):
    """Two groups of cases that chance made, one with the change and one without.

    `treated` and `control` are how many cases had the outcome, or their means with standard deviations. The difference
    of the shares or means times `scale` is in the KPI's unit.
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="experiments")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="experiments", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=experiment_id, editable=False)
    external_id = models.CharField(max_length=250, blank=True, default="")
    name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    treated_n = models.PositiveIntegerField()
    treated = models.FloatField()
    treated_deviation = models.FloatField(null=True, blank=True)
    control_n = models.PositiveIntegerField()
    control = models.FloatField()
    control_deviation = models.FloatField(null=True, blank=True)
    scale = models.FloatField(default=1.0)
    starts_on = models.DateField()
    ends_on = models.DateField()
    link = models.CharField(max_length=1000, blank=True, default="")
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "external_id"], condition=~Q(external_id=""), name="experiment_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="experiment_outcome_known"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="experiment_days_in_order"),
            models.CheckConstraint(
                condition=Q(treated_n__gte=2, control_n__gte=2)
                & Q(treated__gt=FINITE[0], treated__lt=FINITE[1], control__gt=FINITE[0], control__lt=FINITE[1])
                & Q(scale__gt=FINITE[0], scale__lt=FINITE[1])
                & ~Q(scale=0),
                name="experiment_numbers_finite",
            ),
            models.CheckConstraint(
                condition=Q(outcome="shares", treated__gte=0, control__gte=0)
                & Q(treated__lte=F("treated_n"), control__lte=F("control_n"))
                | Q(outcome="means", treated_deviation__gte=0, control_deviation__gte=0)
                & Q(treated_deviation__isnull=False, control_deviation__isnull=False),
                name="experiment_groups_fit",
            ),
        ]
        indexes = [models.Index(fields=["initiative", "-id"], name="experiment_newest")]

    def __str__(self) -> str:
        return self.name


class ContributionResult(models.Model):
    """What an initiative moved in a KPI, as answered at `as_of`: an effect in the KPI's unit, or why there is none.

    Changed on the day `since`; periods from `first` to `last` were read, of `segment`, beside a control where there is
    one. `n_before` and `n_after` count periods, for an experiment the cases of its control and of its treated group.
    `digest` is of every number that went in, `document` holds assumptions, warnings, dates where nothing happened and
    other releases (`kpis.scoring.realised.document`).
    """

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="results", db_index=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="results", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=result_id, editable=False)
    method = models.CharField(max_length=12, choices=Method.choices)
    grade = models.CharField(max_length=1, choices=Contribution.Grade.choices)
    since = models.DateField()
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    segment = models.CharField(max_length=SEGMENT, blank=True, default="")
    control_kpi = models.ForeignKey(KPI, on_delete=models.SET_NULL, null=True, related_name="+")
    control_segment = models.CharField(max_length=SEGMENT, blank=True, default="")
    experiment = models.ForeignKey(ExperimentResult, on_delete=models.SET_NULL, null=True, related_name="results")
    effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n_before = models.PositiveIntegerField(default=0)
    n_after = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(method__in=Method.values), name="result_method_known"),
            models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D", "E"]), name="result_grade_known"),
            models.CheckConstraint(
                condition=Q(effect__isnull=True, low__isnull=True, high__isnull=True) & ~Q(problem="")
                | Q(problem="", low__lte=F("effect"), high__gte=F("effect"))
                & Q(effect__isnull=False, low__gt=FINITE[0], high__lt=FINITE[1]),
                name="result_has_an_effect_or_a_problem",
            ),
        ]
        indexes = [
            models.Index(fields=["kpi", "initiative", "-id"], name="result_newest_of_kpi"),
            models.Index(fields=["initiative", "kpi", "-id"], name="result_newest"),
        ]

    def __str__(self) -> str:
        return self.public_id
