"""What the API remembers of requests: stored answers to repeated posts, and counters of throttling."""

from __future__ import annotations

from django.db import models

from mltrack.accounts.models.tokens import ApiToken


class IdempotencyRecord(models.Model):
    """The answer to one POST with an `Idempotency-Key`, kept for 24 hours; written with the facts it tells of."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class ThrottleCounter(models.Model):
    """Requests counted in one fixed window; shared by all web processes."""

    key = models.CharField(max_length=120)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="throttle_window_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
