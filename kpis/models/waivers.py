"""A permitted failure: value, reason, expiry, and an approver who is not the requester."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import waiver_id
from projects.models import Initiative


class Waiver(models.Model):
    """Lets a failing check pass by, visibly. `measured` is the value it names; worse reopens it.

    That is the observed value, or for several metrics judged as one the sum of their relative distances from what
    they must reach.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        REVOKED = "revoked", _("Revoked")

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="waivers")
    public_id = models.CharField(max_length=24, unique=True, default=waiver_id, editable=False)
    check_id = models.CharField(max_length=80)
    measured = models.FloatField(null=True, blank=True)
    measured_text = models.CharField(max_length=200, blank=True, default="")
    reason = models.TextField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    self_approved = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(self_approved=True)
                | Q(approver__isnull=True)
                | ~Q(approver=models.F("requester")),
                name="waiver_approved_by_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} of {self.initiative_id}"
