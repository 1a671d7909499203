"""What runs where, as CI reports it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mltrack.accounts.models import Workspace
from projects.models.identifiers import deployment_id, rollback_id
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


class DeploymentChange(models.Model):
    """One change of a deployment's state, never edited; `before` is empty where it arrived. `actor` None is MLTrack."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="changes")
    before = models.CharField(max_length=12, blank=True, default="")
    after = models.CharField(max_length=12, choices=Deployment.State.choices)
    at = models.DateTimeField()
    note = models.TextField(blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(after__in=["live", "shadow", "canary", "failed", "rolled_back", "retired"]),
                name="deployment_change_state_known",
            ),
            models.CheckConstraint(condition=~Q(before=F("after")), name="deployment_change_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.after}"


class Rollback(models.Model):
    """A version taken back in an environment, or a rehearsal of that; never edited.

    `seconds` is how long it took until the version before answered again: None where nobody timed a real one.
    """

    class Kind(models.TextChoices):
        REAL = "real"
        REHEARSAL = "rehearsal"

    public_id = models.CharField(max_length=24, unique=True, default=rollback_id, editable=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="rollbacks")
    environment = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    from_deployment = models.ForeignKey(Deployment, on_delete=models.SET_NULL, null=True, related_name="rollbacks_from")
    to_deployment = models.ForeignKey(Deployment, on_delete=models.SET_NULL, null=True, related_name="rollbacks_to")
    from_version = models.CharField(max_length=120, blank=True, default="")
    to_version = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)
    link = models.CharField(max_length=500, blank=True, default="")
    note = models.TextField(blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["initiative", "-at", "-id"], name="rollback_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["real", "rehearsal"]), name="rollback_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="real") | Q(seconds__isnull=False), name="rollback_rehearsal_is_timed"
            ),
            models.UniqueConstraint(
                fields=["initiative", "environment", "at"],
                condition=Q(kind="rehearsal"),
                name="rollback_rehearsed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.environment}"
