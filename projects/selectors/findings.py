"""Findings, in the order that lists and the API show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from mltrack.accounts.access import Principal
from projects.models import Finding


def finding_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[Finding]:
    """Return the workspace's findings, to be shown.

    asked may hold initiative (a key), open, kind, severity and cause.
    """
    related = ("initiative", "observed_in", "acknowledged_by", "explained_by", "task__initiative")
    found = Finding.objects.filter(workspace=principal.workspace).select_related(*related)
    if "initiative" in asked:
        found = found.filter(initiative__key=asked["initiative"])
    if "open" in asked:
        found = found.filter(closed_at__isnull=asked["open"])
    if "kind" in asked:
        found = found.filter(kind=asked["kind"])
    if "severity" in asked:
        found = found.filter(severity=asked["severity"])
    if "cause" in asked:
        found = found.filter(cause=asked["cause"])
    return found
