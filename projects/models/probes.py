"""Whether what is live answers: what is asked, and what came back."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from projects.models.deployments import Deployment
from projects.models.initiatives import Initiative

SHORTEST_INTERVAL: Final = 60
LONGEST_INTERVAL: Final = 86_400


class EndpointProbe(models.Model):
    """The endpoint of what is live in an environment is asked every so many seconds; the row says how that stands.

    `expected` is a text that the answer must hold, "" for any. `changed_at` is since when it is `up` or `down`. What
    came back last stands here too, so that a page reads one row.
    """

    class State(models.TextChoices):
        UNKNOWN = "unknown"
        UP = "up"
        DOWN = "down"

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="probes")
    environment = models.CharField(max_length=60)
    interval_seconds = models.PositiveIntegerField(default=300)
    expected = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.UNKNOWN)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_ms = models.PositiveIntegerField(null=True)
    last_words = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="endpoint_probe_due")]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "environment"], name="endpoint_probe_once"),
            models.CheckConstraint(condition=Q(state__in=["unknown", "up", "down"]), name="endpoint_probe_state_known"),
            models.CheckConstraint(
                condition=Q(interval_seconds__gte=SHORTEST_INTERVAL, interval_seconds__lte=LONGEST_INTERVAL),
                name="endpoint_probe_interval_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} of {self.initiative_id}"


class ProbeResult(models.Model):
    """One answer, or why there was none; `ms` is how long it took, `status` that of HTTP where one came."""

    probe = models.ForeignKey(EndpointProbe, on_delete=models.CASCADE, related_name="results", db_index=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ok = models.BooleanField()
    ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["probe", "-id"], name="probe_result_newest")]

    def __str__(self) -> str:
        return f"{self.probe_id} {self.at}"
