"""What an initiative cost, and what was decided on its value. Decisions are never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import cost_id, value_decision_id
from projects.models import Initiative


class InitiativeCost(models.Model):
    """What was spent in some days: `weeks` are people-weeks, `amount` is money in the workspace's currency."""

    class Kind(models.TextChoices):
        PEOPLE = "people", _("People")
        LABELING = "labeling", _("Labeling")
        COMPUTE = "compute", _("Compute")
        OTHER = "other", _("Other")

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="costs")
    public_id = models.CharField(max_length=24, unique=True, default=cost_id, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()
    weeks = models.FloatField(null=True, blank=True)
    amount = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["people", "labeling", "compute", "other"]), name="cost_kind_known"
            ),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="cost_days_in_order"),
            models.CheckConstraint(
                condition=Q(weeks__isnull=True) | Q(kind="people", weeks__gt=0, weeks__lt=float("inf")),
                name="cost_weeks_are_of_people",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=False, amount__gt=0, amount__lt=float("inf"))
                | Q(amount__isnull=True, weeks__isnull=False),
                name="cost_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ValueDecision(models.Model):
    """What is to be done with an initiative for its value, why, and when that is looked at again."""

    class Decision(models.TextChoices):
        SUSTAIN = "sustain", _("Sustain")
        EXPAND = "expand", _("Expand")
        ADJUST = "adjust", _("Adjust")
        RETIRE = "retire", _("Retire")

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="value_decisions", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=value_decision_id, editable=False)
    decision = models.CharField(max_length=7, choices=Decision.choices)
    reason = models.TextField()
    review_on = models.DateField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=["sustain", "expand", "adjust", "retire"]), name="value_decision_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="value_decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(decision="retire") | Q(review_on__isnull=False), name="value_decision_is_looked_at_again"
            ),
        ]
        indexes = [models.Index(fields=["initiative", "-id"], name="value_decision_newest")]

    def __str__(self) -> str:
        return f"{self.decision} {self.initiative_id}"
