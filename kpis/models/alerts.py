"""What is watched of a KPI, and the times at which it was noticed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import alert_id
from kpis.models.kpis import KPI
from mltrack.accounts.models import Member


class AlertKind(models.TextChoices):
    THRESHOLD = "threshold", _("Threshold")
    PACE = "pace", _("Pace")
    MISSING = "missing", _("Missing reading")
    ANOMALY = "anomaly", _("Anomaly")


class AlertSide(models.TextChoices):
    ABOVE = "above", _("Above")
    BELOW = "below", _("Below")


class KpiAlert(models.Model):
    """One thing that is watched of a KPI. Only a threshold has a side, a value and a margin, in the KPI's unit."""

    kpi = models.ForeignKey(KPI, on_delete=models.CASCADE, related_name="alerts")
    public_id = models.CharField(max_length=24, unique=True, default=alert_id, editable=False)
    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    side = models.CharField(max_length=5, choices=AlertSide.choices, blank=True, default="")
    value = models.FloatField(null=True, blank=True)
    margin = models.FloatField(default=0.0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="threshold", value__isnull=False, side__in=AlertSide.values, margin__gte=0)
                | Q(value__isnull=True, side="", margin=0) & ~Q(kind="threshold"),
                name="alert_threshold_whole",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gt=float("-inf")) & Q(value__lt=float("inf")),
                name="alert_value_is_a_number",
            ),
            models.CheckConstraint(condition=Q(margin__lt=float("inf")), name="alert_margin_is_a_number"),
            models.UniqueConstraint(fields=["kpi", "kind"], condition=~Q(kind="threshold"), name="alert_kind_once"),
            models.UniqueConstraint(
                fields=["kpi", "side", "value"], condition=Q(kind="threshold"), name="alert_threshold_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.kpi_id}"


class AlertEpisode(models.Model):
    """From when to when an alert was open, and what it said at both moments."""

    alert = models.ForeignKey(KpiAlert, on_delete=models.CASCADE, related_name="episodes")
    opened_at = models.DateTimeField()
    words = models.CharField(max_length=300)
    value = models.FloatField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert"], condition=Q(closed_at=None), name="alert_open_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=models.F("opened_at")),
                name="alert_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} from {self.opened_at:%Y-%m-%d %H:%M}"


class AlertWatch(models.Model):
    """When the alerts of a KPI must be judged again: at once after new readings, else when time alone changes them."""

    kpi = models.OneToOneField(KPI, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kpi_id} at {self.due_at:%Y-%m-%d %H:%M}"


class AlertMute(models.Model):
    """An alert that a member wants to hear nothing of."""

    alert = models.ForeignKey(KpiAlert, on_delete=models.CASCADE, related_name="mutes")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "member"], name="alert_mute_once")]

    def __str__(self) -> str:
        return f"{self.member_id} mutes {self.alert_id}"
