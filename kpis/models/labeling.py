"""How many labels of a class are wanted, and by when: versioned quotas; and how labels stand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kpis.models.identifiers import quota_id
from projects.models import Initiative


class LabelQuota(models.Model):
    """One version of a quota on (initiative, class): so many labeled tasks, by a day if one is named.

    Never edited in place: a change is a new version, from `valid_from`, when `valid_to` of the one before it is set. A
    version that wants nothing ends the quota.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="label_quotas", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=quota_id, editable=False)
    class_name = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    wanted = models.PositiveBigIntegerField()
    by = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "class_name", "number"], name="quota_number_once"),
            models.UniqueConstraint(
                fields=["initiative", "class_name"], condition=Q(valid_to__isnull=True), name="quota_in_force_once"
            ),
            models.CheckConstraint(condition=~Q(class_name=""), name="quota_has_a_class"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="quota_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wanted} {self.class_name}"


class LabelStanding(models.Model):
    """How the labels of an initiative stand, as its judgement reads it: see `kpis.scoring.labeling.standing`.

    `mark` stands for the labels and quotas that it was counted from, `at` is when.
    """

    initiative = models.OneToOneField(Initiative, on_delete=models.CASCADE, related_name="label_standing")
    at = models.DateTimeField()
    mark = models.CharField(max_length=32)
    document = models.JSONField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(mark=""), name="label_standing_is_of_something")]

    def __str__(self) -> str:
        return f"{self.initiative_id} at {self.at:%Y-%m-%d}"
