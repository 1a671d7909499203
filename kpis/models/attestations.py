"""A person's word on a check, with a link and an expiry."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kpis.models.identifiers import attestation_id
from projects.models import Initiative


class Attestation(models.Model):
    """Who says that a check holds, where the proof is, and until when. The newest unrevoked one counts."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="attestations")
    public_id = models.CharField(max_length=24, unique=True, default=attestation_id, editable=False)
    check_id = models.CharField(max_length=80)
    link = models.URLField(max_length=1000)
    note = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["initiative", "check_id", "-created_at"], name="attestation_newest")]

    def __str__(self) -> str:
        return f"{self.check_id} of {self.initiative_id}"
