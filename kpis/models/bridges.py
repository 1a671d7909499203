"""How an operating point moves a KPI: the bridge from a model's decisions to the business."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kpis.models.kpis import Contribution
from projects.models import Initiative

FINITE = (float("-inf"), float("inf"))


class Bridge(models.Model):
    """What a decision is worth to the KPI of a contribution, in the KPI's unit per period.

    `volume` is in-scope cases per period. An empty `formula` means `volume * coverage * (accuracy * value_per_correct
    - error_rate * cost_per_error)`; else it is an expression over these names, `errors`, `decided`, `left`, and the
    names of `inputs`.
    """

    contribution = models.OneToOneField(Contribution, on_delete=models.CASCADE, related_name="bridge")
    volume = models.FloatField()
    value_per_correct = models.FloatField()
    cost_per_error = models.FloatField()
    formula = models.CharField(max_length=500, blank=True, default="")
    inputs = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(volume__gte=0, volume__lt=FINITE[1])
                & Q(value_per_correct__gt=FINITE[0], value_per_correct__lt=FINITE[1])
                & Q(cost_per_error__gt=FINITE[0], cost_per_error__lt=FINITE[1]),
                name="bridge_numbers_finite",
            )
        ]

    def __str__(self) -> str:
        return f"bridge of {self.contribution_id}"


class StopRule(models.Model):
    """When to stop trying: no gain over `gain` (in the metric's unit) in so many attempts. It warns, nothing more.

    Which way the metric gets better is not kept: a target on it says so, else its name (`kpis.scoring.directions`).
    """

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, related_name="stop_rule")
    metric = models.CharField(max_length=300, default="accuracy")
    gain = models.FloatField()
    attempts = models.PositiveSmallIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gain__gte=0, gain__lt=FINITE[1], attempts__gte=1), name="stop_rule_sane")
        ]

    def __str__(self) -> str:
        return f"stop rule of {self.initiative_id}"
