"""Removes what the API need not remember any more."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mltrack.accounts.models import IdempotencyRecord, ThrottleCounter


def tidy_requests() -> None:
    """Drop idempotency answers older than 24 hours and throttle windows older than one hour."""
    now = timezone.now()
    IdempotencyRecord.objects.filter(created_at__lt=now - timedelta(hours=24)).delete()
    ThrottleCounter.objects.filter(window__lt=now - timedelta(hours=1)).delete()
