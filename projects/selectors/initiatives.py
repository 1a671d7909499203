"""Initiatives as lists read them."""

from __future__ import annotations

from django.db.models import QuerySet

from mltrack.accounts.models import Workspace
from projects.models import Initiative, SelectionRule, StageChange


def initiatives_of(workspace: Workspace, *, archived: bool = False) -> QuerySet[Initiative]:
    """Return the workspace's initiatives by key, without the archived ones unless they are asked for."""
    found = Initiative.objects.filter(workspace=workspace).select_related("owner").order_by("key")
    return found if archived else found.filter(archived_at__isnull=True)


def stage_changes_of(initiative: Initiative) -> QuerySet[StageChange]:
    """Return the moves of an initiative, the newest first."""
    return StageChange.objects.filter(initiative=initiative).select_related("actor").order_by("-at", "-id")


def rules_of(initiative: Initiative) -> list[SelectionRule]:
    """Return which runs count for the initiative, rule by rule."""
    return list(SelectionRule.objects.filter(initiative=initiative).select_related("connection").order_by("id"))
