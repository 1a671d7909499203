"""What is kept of every change of a deployment. The callers hold the initiative's source locked, in a transaction."""

from __future__ import annotations

from datetime import datetime

from mltrack.accounts.access import Principal
from projects.models import Deployment, DeploymentChange, Rollback


def keep_change(principal: Principal, deployment: Deployment, before: str, at: datetime, note: str = "") -> None:
    """Keep that a deployment came from a state to the one it is in; `before` is empty where it arrived."""
    DeploymentChange.objects.create(
        deployment=deployment, before=before, after=deployment.state, at=at, note=note, actor=principal.user
    )


def keep_rollback(
    principal: Principal,
    taken_back: Deployment,
    back_to: Deployment | None,
    *,
    at: datetime,
    seconds: int | None = None,
    link: str = "",
    note: str = "",
) -> Rollback:
    """Keep and return that a version was taken back for another, None where nobody knows for which."""
    return Rollback.objects.create(
        initiative_id=taken_back.initiative_id,
        environment=taken_back.environment,
        kind=Rollback.Kind.REAL,
        from_deployment=taken_back,
        to_deployment=back_to,
        from_version=taken_back.version,
        to_version=back_to.version if back_to else "",
        at=at,
        seconds=seconds,
        link=link,
        note=note,
        actor=principal.user,
    )
