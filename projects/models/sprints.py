"""Sprints: the iterations of a workspace, ours or mirrored from a tracker."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from mltrack.accounts.models import Workspace
from projects.models.connections import Connection
from projects.models.identifiers import sprint_id


class Sprint(models.Model):
    """An iteration from the morning of `starts_on` to the evening of `ends_on`.

    `closed_at` is when it was rolled over, or closed in its tracker, and `gone_at` when it was
    seen to be gone there, which closes it too. A mirrored one may have no dates. `version` counts
    edits, for ETag and If-Match.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="sprints")
    public_id = models.CharField(max_length=24, unique=True, default=sprint_id, editable=False)
    name = models.CharField(max_length=120)
    goal = models.TextField(blank=True, default="")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, null=True, blank=True, related_name="sprints", db_index=False
    )
    external_id = models.CharField(max_length=250, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(connection=None), name="sprint_name_once"
            ),
            models.UniqueConstraint(
                fields=["connection", "external_id"], condition=~Q(connection=None), name="sprint_mirrored_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="sprint_has_a_name"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) | Q(starts_on=None) | Q(ends_on=None),
                name="sprint_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "starts_on", "id"], name="sprint_in_order")]

    def __str__(self) -> str:
        return self.name

    def state(self, today: date) -> str:
        """Return `closed`, `planned`, `active`, or `over` for one whose end has passed without a roll-over."""
        if self.closed_at is not None:
            return "closed"
        if self.starts_on is None or today < self.starts_on:
            return "planned"
        return "active" if self.ends_on is None or today <= self.ends_on else "over"
