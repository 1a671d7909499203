"""What an evaluation says it is about, found among what counts for its initiative."""

from __future__ import annotations

from projects.models import Connection, Initiative, ModelVersion, Run


def run_named(initiative: Initiative, name: str, connection: Connection | None = None) -> Run | None:
    """Return the run of this public or external id, of the connection where one is given.

    Where several sources use the same external id it is the newest run.
    """
    if not name:
        return None
    ours = Run.objects.filter(links__initiative=initiative, deleted_at=None)
    if connection is not None:
        ours = ours.filter(connection=connection)
    return ours.filter(public_id=name).first() or ours.filter(external_id=name).order_by("-id").first()


def model_version_named(initiative: Initiative, name: str) -> ModelVersion | None:
    """Return the version that `name/version` or a public id names among those of the initiative."""
    if not name:
        return None
    model, slash, number = name.removeprefix("models:/").rpartition("/")
    ours = ModelVersion.objects.filter(workspace_id=initiative.workspace_id, deleted_at=None)
    wanted = ours.filter(name=model, version=number) if slash else ours.filter(public_id=name)
    own = wanted.filter(pushed_to=initiative) | wanted.filter(run__links__initiative=initiative)
    return own.order_by("-id").first()
