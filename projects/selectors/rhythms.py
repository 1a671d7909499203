"""Which rhythm counts for an initiative."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.db.models import F, Q

from mltrack.accounts.models import Workspace
from projects.models import Initiative, UpdateRhythm

SET_BY_NOBODY: Final = datetime(1970, 1, 5, tzinfo=UTC)


def rhythm_of(initiative: Initiative) -> UpdateRhythm:
    """Return the initiative's own rhythm, else the workspace's, in one query.

    Where nobody set one, an unsaved weekly one in the workspace's zone: words grow old by it, and nobody is reminded.
    """
    ours = Q(initiative=initiative) | Q(workspace=initiative.workspace_id, initiative=None)
    found = UpdateRhythm.objects.filter(ours).order_by(F("initiative").asc(nulls_last=True)).first()
    return found or _unset(initiative.workspace)


def rhythm_in(workspace: Workspace) -> UpdateRhythm:
    """Return the rhythm of a workspace's initiatives that have none of their own, as `rhythm_of` does."""
    return workspace_rhythm(workspace) or _unset(workspace)


def workspace_rhythm(workspace: Workspace) -> UpdateRhythm | None:
    """Return the rhythm of a workspace's initiatives that have none of their own, None where nobody set it."""
    return UpdateRhythm.objects.filter(workspace=workspace, initiative=None).first()


def _unset(workspace: Workspace) -> UpdateRhythm:
    return UpdateRhythm(workspace=workspace, zone=workspace.zone, since=SET_BY_NOBODY)
