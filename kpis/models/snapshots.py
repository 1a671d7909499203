"""Readiness as it was judged: append-only, one row on each change."""

from __future__ import annotations

from django.db import models

from kpis.models.identifiers import snapshot_id
from mltrack.accounts.models import Workspace
from projects.models import Initiative


class ReadinessSnapshot(models.Model):
    """The whole answer (`document`) as known at `at`, with the parts that lists read as columns.

    `digest` covers all of the document but times, so that an unchanged judgement adds no row: `confirmed_at` then
    moves on the latest, and `summary` with it. `share` is the part of required checks that stand, `summary` what lists
    show (see `kpis.selectors.summaries` and `main_kpis`). `changes_at` is the moment at which the result changes by
    itself.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="snapshots")
    public_id = models.CharField(max_length=24, unique=True, default=snapshot_id, editable=False)
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    verdict = models.CharField(max_length=10)
    health = models.CharField(max_length=10)
    score = models.FloatField()
    share = models.FloatField(null=True)
    candidate_kind = models.CharField(max_length=16, blank=True, default="")
    candidate_id = models.CharField(max_length=40, blank=True, default="")
    policy_version = models.CharField(max_length=60)
    document = models.JSONField()
    summary = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    changes_at = models.DateTimeField(null=True)
    is_latest = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["initiative", "-at", "-id"], name="snapshot_newest"),
            models.Index(
                fields=["changes_at"],
                condition=models.Q(is_latest=True, changes_at__isnull=False),
                name="snapshot_changes",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative"], condition=models.Q(is_latest=True), name="snapshot_latest_once"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["ready", "not_ready", "unknown"]),
                name="snapshot_verdict_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.verdict} {self.at:%Y-%m-%d}"
