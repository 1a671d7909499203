"""What an initiative's monitors said last, and when time alone may change that."""

from __future__ import annotations

from django.db import models

from projects.models import Initiative


class MonitorWatch(models.Model):
    """The last judgement of an initiative's monitors; `document` says what is watched and what is too small.

    It follows from observations and findings. `due_at` is when time alone may change it, null where nothing does.
    """

    initiative = models.OneToOneField(
        Initiative, on_delete=models.CASCADE, primary_key=True, related_name="monitor_watch"
    )
    judged_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    document = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.initiative_id} at {self.judged_at:%Y-%m-%d %H:%M}"
