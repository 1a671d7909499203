"""What runs where, as CI reports it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mltrack.accounts.models import Workspace
from projects.models.identifiers import deployment_id
from projects.models.initiatives import Initiative
from projects.models.runs import ModelVersion, Run


class Deployment(models.Model):
    """One arrival of a version in an environment. The newest live one of `production` is what runs there."""

    class State(models.TextChoices):
        LIVE = "live"
        SHADOW = "shadow"
        CANARY = "canary"
        FAILED = "failed"
        ROLLED_BACK = "rolled_back"
        RETIRED = "retired"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="deployments")
    public_id = models.CharField(max_length=24, unique=True, default=deployment_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="deployments")
    environment = models.CharField(max_length=60)
    version = models.CharField(max_length=120)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.SET_NULL, null=True, related_name="deployments")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="deployments")
    image_digest = models.CharField(max_length=200, blank=True, default="")
    endpoint = models.CharField(max_length=500, blank=True, default="")
    commit = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices, default=State.LIVE)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["initiative", "environment", "-at", "-id"], name="deployment_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["live", "shadow", "canary", "failed", "rolled_back", "retired"]),
                name="deployment_state_known",
            ),
            models.UniqueConstraint(fields=["initiative", "environment", "version", "at"], name="deployment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.environment}"
