"""What every version of something that must be reached keeps: who asked for it, who decided, and when it counts."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AskedVersion(models.Model):
    """A version, never edited: a change is a new one with a reason, proposed where it `loosens` the one before."""

    number = models.PositiveIntegerField()
    reason = models.TextField(blank=True, default="")
    loosens = models.JSONField(default=list)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    self_approved = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
