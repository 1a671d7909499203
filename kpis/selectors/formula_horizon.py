"""How far back facts of initiatives are all there: older judgements that changed nothing are dropped in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings


def horizon(now: datetime) -> datetime | None:
    """Return the moment from which all judgements are kept, None where all ever are."""
    days: int = settings.MLTRACK_KEEP_SNAPSHOT_DAYS
    return now - timedelta(days=days) if days else None
