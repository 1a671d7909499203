"""Signs of life of the processes behind the pages."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a part last gave a sign of life, by the database's clock. Written by `mltrack.heartbeats` alone."""

    part = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.part
