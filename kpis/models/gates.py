"""The kept answers to "may this version ship?"."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kpis.models.identifiers import gate_decision_id
from mltrack.accounts.models import ApiToken, Workspace
from projects.models import Initiative


class GateDecision(models.Model):
    """One answer with the whole document it rested on. Never edited, never removed by retention.

    `test_set` is the public id of the dataset version that an answer on an evaluation spent, "" for answers on runs.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="gate_decisions")
    public_id = models.CharField(max_length=24, unique=True, default=gate_decision_id, editable=False)
    at = models.DateTimeField()
    commit = models.CharField(max_length=100, blank=True, default="")
    ref = models.CharField(max_length=300, blank=True, default="")
    verdict = models.CharField(max_length=10)
    candidate_kind = models.CharField(max_length=16, blank=True, default="")
    candidate_id = models.CharField(max_length=40, blank=True, default="")
    test_set = models.CharField(max_length=24, blank=True, default="", db_default="")
    document = models.JSONField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["initiative", "-at", "-id"], name="gate_newest")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.commit[:10]}"
