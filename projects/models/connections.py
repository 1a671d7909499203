"""Connections to foreign systems, their pulls, and what a pull could not store."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q

from mltrack.accounts.models import Workspace
from projects.connectors.registry import kinds
from projects.models.identifiers import attempt_id, connection_id
from projects.models.initiatives import Initiative

_PORTS = {"http": 80, "postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306}


def host_of(base_url: str) -> str:
    """Return `host:port` of an address, as breakers name it; empty for an address that is none."""
    try:
        parts = urlsplit(base_url)
        return f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 443)}"[:255]
    except ValueError:
        return ""


class Connection(models.Model):
    """A configured foreign system. Its lease and cursor follow docs/architecture.md ("The pull")."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="connections")
    public_id = models.CharField(max_length=24, unique=True, default=connection_id, editable=False)
    kind = models.CharField(max_length=32, choices=kinds)
    name = models.CharField(max_length=120)
    base_url = models.URLField(max_length=500)
    initiative = models.ForeignKey(Initiative, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sealed_secret = models.TextField(default="", blank=True)
    sealed_webhook_secret = models.TextField(default="", db_default="", blank=True)
    options = models.JSONField(default=dict, blank=True)
    interval_seconds = models.PositiveIntegerField(default=60)
    paused = models.BooleanField(default=False)
    cursor = models.JSONField(default=dict)
    next_due = models.DateTimeField(null=True, blank=True, db_index=True)
    lease_token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_ok = models.DateTimeField(null=True, blank=True)
    last_error_code = models.CharField(max_length=40, blank=True, default="")
    last_error_text = models.TextField(blank=True, default="")
    last_rows = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="connection_name_once"),
            models.CheckConstraint(condition=Q(interval_seconds__gte=10), name="connection_interval_sane"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Return `host:port` of the address."""
        return host_of(self.base_url)


class NudgeDelivery(models.Model):
    """A webhook that came, by the id that its sender gave it: the same one again is a replay. Kept for a day."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    delivery_id = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "delivery_id"], name="nudge_delivered_once")]

    def __str__(self) -> str:
        return self.delivery_id


class Breaker(models.Model):
    """A foreign host that failed too often in a workspace; nothing is asked of it before `open_until`."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=255)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "host"], name="breaker_host_once")]

    def __str__(self) -> str:
        return self.host


class SyncAttempt(models.Model):
    """One pull of a connection, from asked-for to ended, with what it cost and brought.

    `unread` counts what came by parts of theirs that are not read, by name.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sync_attempts")
    public_id = models.CharField(max_length=24, unique=True, default=attempt_id, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    asked_by = models.CharField(max_length=254, blank=True, default="")
    lease_token = models.BigIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    unread = models.JSONField(default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_text = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="attempt_newest")]
        constraints = [
            models.UniqueConstraint(fields=["connection"], condition=Q(state="queued"), name="attempt_queued_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.state}"

    @property
    def seconds(self) -> float | None:
        """Return how long it took; None while it is not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())


class RejectedRecord(models.Model):
    """A row of a foreign system that could not be stored, with the reason in words. The page went on."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="rejected_records")
    external_id = models.CharField(max_length=300)
    reason = models.TextField()
    first_seen = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="rejected_once")]

    def __str__(self) -> str:
        return self.external_id
