"""What has changed since somebody looked."""

from __future__ import annotations

from datetime import datetime

from kpis.models import ReadinessSnapshot
from mltrack.accounts.models import Workspace


def judged_since(workspace: Workspace, since: datetime) -> int:
    """Return how many initiatives got another verdict, score or result since a moment, in one query."""
    return ReadinessSnapshot.objects.filter(workspace=workspace, is_latest=True, at__gt=since).count()
