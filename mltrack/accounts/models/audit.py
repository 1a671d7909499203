"""The append-only trail of every change by a person or token."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mltrack.accounts.models.tokens import ApiToken
from mltrack.accounts.models.workspaces import Workspace


class AuditEvent(models.Model):
    """Who changed what, when and why. `before` and `after` hold the changed fields alone, never secrets."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_events")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=254, blank=True, default="")
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, related_name="+")
    request_id = models.CharField(max_length=64, blank=True, default="")
    action = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=40)
    object_key = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="audit_newest"),
            models.Index(fields=["workspace", "object_kind", "object_key", "-id"], name="audit_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_key}"
