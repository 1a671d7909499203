"""The versioned policy of a workspace, kept as the text that people read, import and export."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from mltrack.accounts.models import Workspace


class Scorecard(models.Model):
    """One imported version (TOML). A workspace without one uses the default that ships with the package."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="scorecards")
    number = models.PositiveIntegerField()
    source = models.TextField()
    active = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="scorecard_number_once"),
            models.UniqueConstraint(fields=["workspace"], condition=Q(active=True), name="scorecard_active_once"),
        ]

    def __str__(self) -> str:
        return f"scorecard {self.number} of {self.workspace_id}"
