"""What a task may be tied to: runs of its initiative, sprints of its workspace."""

from __future__ import annotations

from typing import Final

from mltrack.accounts.models import Workspace
from projects.models import Initiative, Run, Sprint

MOST_RUNS: Final = 30


def newest_runs(initiative: Initiative) -> list[Run]:
    """Return the newest runs that count for an initiative, in one query."""
    runs = Run.objects.filter(links__initiative=initiative, deleted_at__isnull=True)
    return list(runs.order_by("-pk")[:MOST_RUNS])


def run_with_id(initiative: Initiative, public_id: str) -> Run | None:
    """Return a run that counts for an initiative, None where there is none."""
    return Run.objects.filter(links__initiative=initiative, public_id=public_id).first()


def sprint_with_id(workspace: Workspace, public_id: str) -> Sprint | None:
    """Return a sprint of a workspace, None where there is none."""
    return Sprint.objects.filter(workspace=workspace, public_id=public_id).first()
