"""Links by which a person's calendar program reads dates without signing in."""

from __future__ import annotations

from django.db import models

from kpis.models.identifiers import calendar_link_id
from mltrack.accounts.models import Member
from projects.models import Initiative


class CalendarLink(models.Model):
    """A secret address that shows a member the dates of their workspace, or of one initiative.

    Only the hash of its secret is kept. It ends when it is revoked, and is gone with the membership.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="calendar_links")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, null=True, related_name="+")
    public_id = models.CharField(max_length=24, unique=True, default=calendar_link_id, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.public_id
