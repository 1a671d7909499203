"""What metrics must reach: versioned targets, metric aliases, and the plain baseline to beat."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import target_id
from kpis.models.versions import AskedVersion
from projects.models import Initiative


class Comparator(models.TextChoices):
    AT_LEAST = ">=", _("at least")
    AT_MOST = "<=", _("at most")
    ABOVE = ">", _("above")
    BELOW = "<", _("below")
    BETWEEN = "between", _("between")


class TargetState(models.TextChoices):
    ACTIVE = "active", _("In force")
    PROPOSED = "proposed", _("Proposed")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Target(AskedVersion):
    """One version of a target on (initiative, metric, slice). Never edited in place.

    A proposed version (a loosening that waits for an approver, or a withdrawal: `withdraws`) takes force when
    it is approved; until then the active one judges. On evaluations: `threshold` is the confidence from which the
    model decides alone, null lets it be chosen within the guarantee on a grid of `grid_step`; an evaluation on other
    data than `dataset_digest` is not used, where one is named. `slice` "column=*" is each slice of a column, "*" each
    of all columns.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="targets")
    public_id = models.CharField(max_length=24, unique=True, default=target_id, editable=False)
    metric = models.CharField(max_length=300)
    slice = models.CharField(max_length=200, blank=True, default="")
    comparator = models.CharField(max_length=8, choices=Comparator.choices)
    value = models.FloatField()
    high = models.FloatField(null=True, blank=True)
    minimum_n = models.PositiveIntegerField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    grid_step = models.FloatField(default=0.01, db_default=0.01)
    dataset_digest = models.CharField(max_length=128, blank=True, default="", db_default="")
    withdraws = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=TargetState.choices, default=TargetState.ACTIVE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "metric", "slice", "number"], name="target_number_once"),
            models.UniqueConstraint(
                fields=["initiative", "metric", "slice"],
                condition=Q(state="active"),
                name="target_active_once",
            ),
            models.UniqueConstraint(
                fields=["initiative", "metric", "slice"],
                condition=Q(state="proposed"),
                name="target_proposed_once",
            ),
            models.CheckConstraint(condition=Q(comparator__in=Comparator.values), name="target_comparator_known"),
            models.CheckConstraint(
                condition=~Q(comparator="between") | (Q(high__isnull=False) & Q(high__gte=models.F("value"))),
                name="target_between_has_two_ends",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | (Q(confidence__gt=0.5) & Q(confidence__lt=1)),
                name="target_confidence_sane",
            ),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | Q(threshold__gte=0, threshold__lte=1),
                name="target_threshold_is_a_ratio",
            ),
            models.CheckConstraint(condition=Q(grid_step__gte=0.0001, grid_step__lte=0.5), name="target_grid_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.comparator} {self.value}"


class MetricAlias(models.Model):
    """Another name that runs give a metric: `val_acc` → `accuracy`."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="metric_aliases")
    alias = models.CharField(max_length=300)
    metric = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "alias"], name="metric_alias_once")]

    def __str__(self) -> str:
        return f"{self.alias} → {self.metric}"


class PlainBaseline(models.Model):
    """What the simplest thing achieves on the same metric, stated by a person with its source; newest counts."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="plain_baselines")
    metric = models.CharField(max_length=300)
    value = models.FloatField()
    n = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"
