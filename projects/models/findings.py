"""Problems that a monitor or a failing check raised: opened once, seen again, acknowledged, explained, closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.models.identifiers import finding_id
from projects.models.initiatives import Initiative
from projects.models.tasks import Task


class FindingKind(models.TextChoices):
    SILENT = "silent", _("Silent segment")
    STOPPED = "stopped", _("Stopped")
    DRIFT = "drift", _("Drift")
    QUALITY = "quality", _("Quality")
    LATENCY = "latency", _("Latency")
    ERRORS = "errors", _("Errors")
    COST = "cost", _("Cost")
    ENDPOINT = "endpoint", _("Endpoint")
    READINESS = "readiness", _("Readiness")
    EVALUATION = "evaluation", _("Evaluation")


class Severity(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Critical")


class Finding(models.Model):
    """A problem of one initiative. `cause` is what findings of one upstream fault share, whatever they hit.

    `observed_in` is the initiative whose observations raised it, and whose observations close it. `evidence` is what
    was observed and expected, as JSON. An initiative has one open finding of a cause.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="findings")
    public_id = models.CharField(max_length=24, unique=True, default=finding_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="findings")
    observed_in = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="raised_findings")
    cause = models.CharField(max_length=400)
    kind = models.CharField(max_length=12, choices=FindingKind.choices)
    name = models.CharField(max_length=120)
    segment = models.CharField(max_length=120, blank=True, default="")
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.CharField(max_length=500)
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    explanation = models.CharField(max_length=1000, blank=True, default="")
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_words = models.CharField(max_length=500, blank=True, default="")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="findings")

    class Meta:
        indexes = [models.Index(fields=["workspace", "-opened_at", "-id"], name="finding_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "cause"], condition=Q(closed_at=None), name="finding_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="finding_severity_known"),
            models.CheckConstraint(condition=~Q(cause="") & ~Q(words=""), name="finding_says_what_and_why"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="finding_closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.words
