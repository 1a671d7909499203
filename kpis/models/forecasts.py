"""Forecasts of readiness as they were made, and the estimates of people that some of their parts rest on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kpis.models.identifiers import estimate_id, forecast_id
from projects.models import Initiative


class CheckEstimate(models.Model):
    """A person's estimate of when a check will pass: the earliest, the most likely and the latest day.

    Never edited: the newest of a check counts, and none does once that one is withdrawn.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="estimates", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=estimate_id, editable=False)
    check_id = models.CharField(max_length=80)
    earliest = models.DateField()
    likely = models.DateField()
    latest = models.DateField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(check_id=""), name="estimate_has_a_check"),
            models.CheckConstraint(
                condition=Q(earliest__lte=F("likely")) & Q(likely__lte=F("latest")), name="estimate_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["initiative", "check_id", "-id"], name="estimate_newest")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.earliest} to {self.latest}"


class Forecast(models.Model):
    """One forecast of an initiative, kept to be scored; never edited but for what became of it.

    `as_of` is the day on whose evening it stood, `document` the whole answer (`kpis.scoring.forecast.answer`), of which
    dates and reason are columns. `mass50` and `mass85` are the chances that it gave to its dates. `target_date` is the
    owner's own date then. `digest` covers all that it rests on but the day: while that stays the same, a day has one.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="forecasts", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=forecast_id, editable=False)
    made_at = models.DateTimeField()
    as_of = models.DateField()
    p50 = models.DateField(null=True)
    p85 = models.DateField(null=True)
    mass50 = models.FloatField(null=True)
    mass85 = models.FloatField(null=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    target_date = models.DateField(null=True)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    reached_on = models.DateField(null=True)
    cancelled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(p50=None, p85=None, mass50=None, mass85=None)
                | Q(p50__gte=F("as_of"), p85__gte=F("p50"), mass50__gte=0.5, mass85__gte=0.85),
                name="forecast_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(p85=None) | ~Q(reason=""), name="forecast_has_dates_or_a_reason"),
            models.CheckConstraint(condition=Q(reached_on=None) | Q(cancelled_on=None), name="forecast_one_outcome"),
        ]
        indexes = [
            models.Index(fields=["initiative", "-id"], name="forecast_newest"),
            models.Index(
                fields=["initiative", "as_of"],
                include=["p50", "p85", "mass50", "mass85", "target_date", "reached_on", "cancelled_on"],
                name="forecast_scores",
            ),
            models.Index(fields=["initiative"], condition=Q(reached_on=None, cancelled_on=None), name="forecast_open"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} as of {self.as_of}: {self.p50}, {self.p85}"
