"""What every source of answers keeps, whatever its answers become."""

from __future__ import annotations

from typing import Any

from django.db import models

from projects.models.connections import Connection


class AskedSource(models.Model):
    """One question, how far its answers were read, and what was said last.

    Its connection says where, with which secret, and when; one without a connection is given files by hand. `begins` is
    the first day that is asked for; `read_until` the newest answer that came, from which the next pull goes on, and
    null reads all again.
    """

    public_id: models.CharField[Any, str]
    connection: models.ForeignKey[Any, Connection | None]
    statement: models.TextField[Any, str]
    name = models.CharField(max_length=120)
    options = models.JSONField(default=dict)
    begins = models.DateField()
    paused = models.BooleanField(default=False)
    read_until = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    last_ok = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_text = models.TextField(blank=True, default="")
    warning = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
