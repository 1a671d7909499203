"""The doors to facts: every object is reached through the principal's workspace, a stranger's is 404."""

from __future__ import annotations

from typing import Final

from django.db import connection as database
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from mltrack.prepared import Prepared
from mltrack.rows import columns_of, next_object, next_or_none
from projects.models import (
    Connection,
    DatasetVersion,
    DataSource,
    Deployment,
    Evaluation,
    EvaluationUpload,
    Finding,
    Initiative,
    LabelAudit,
    ObservationSource,
    PlannedStop,
    Run,
    RunDataset,
    Sprint,
    Task,
)

_INITIATIVE: Final = Prepared(
    f"""
    SELECT {columns_of(Initiative, "initiative")}, {columns_of(User, "person")}
    FROM projects_initiative initiative LEFT JOIN accounts_user person ON person.id = initiative.owner_id
    WHERE initiative.workspace_id = %(workspace)s AND initiative.key = %(key)s
""",  # noqa: S608  (columns of models; the values are parameters)
    workspace="bigint",
    key="text",
)


def initiative_of(principal: Principal, key: str, *, lock: bool = False) -> Initiative:
    """Return the initiative with this key in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction, so that its version can be compared and then changed.
    """
    found = (_locked if lock else _read)(principal.workspace, key)
    if found is None:
        raise Http404(f"No initiative {key[:40]} here.")
    return found


def _locked(workspace: Workspace, key: str) -> Initiative | None:
    ours = Initiative.objects.select_related("workspace", "owner").filter(workspace=workspace, key=key)
    return ours.select_for_update(of=("self",), no_key=True).first()


def _read(workspace: Workspace, key: str) -> Initiative | None:
    with database.cursor() as cursor:
        _INITIATIVE.run(cursor, {"workspace": workspace.pk, "key": key})
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    found = next_object(Initiative, values)
    found.workspace, found.owner = workspace, next_or_none(User, values)
    return found


def connection_of(principal: Principal, public_id: str, *, lock: bool = False) -> Connection:
    """Return the connection with this public id in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction.
    """
    ours = Connection.objects.select_related("workspace", "initiative")
    ours = ours.filter(workspace=principal.workspace, public_id=public_id)
    found = (ours.select_for_update(of=("self",)) if lock else ours).first()
    if found is None:
        raise Http404("No such connection here.")
    return found


def run_of(principal: Principal, initiative: Initiative, public_id: str) -> Run:
    """Return a run that counts for the initiative, by its public id. Raises Http404."""
    found = (
        Run.objects.select_related("connection")
        .filter(workspace=principal.workspace, public_id=public_id, links__initiative=initiative)
        .first()
    )
    if found is None:
        raise Http404("No such run in this initiative.")
    return found


def evaluation_of(initiative: Initiative, public_id: str) -> Evaluation:
    """Return one of the initiative's evaluations with what it is about, by its public id. Raises Http404."""
    ours = initiative.evaluations.select_related("run", "model_version", "dataset", "connection")
    found = ours.filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such evaluation in this initiative.")
    return found


def upload_of(principal: Principal, initiative: Initiative, public_id: str) -> EvaluationUpload:
    """Return an upload of the initiative's evaluations, by its public id. Raises Http404."""
    ours = EvaluationUpload.objects.select_related("evaluation", "initiative").filter(initiative=initiative)
    found = ours.filter(workspace=principal.workspace, public_id=public_id).first()
    if found is None:
        raise Http404("No such upload in this initiative.")
    return found


def audit_of(initiative: Initiative, public_id: str) -> LabelAudit:
    """Return one of the initiative's label audits, by its public id. Raises Http404."""
    ours = LabelAudit.objects.select_related("drawn_by", "closed_by")
    found = ours.filter(initiative=initiative, public_id=public_id).first()
    if found is None:
        raise Http404("No such label audit in this initiative.")
    found.initiative = initiative
    return found


def datasets_of(initiative: Initiative) -> QuerySet[DatasetVersion]:
    """Return the versions that were reported for the initiative or used by its runs."""
    used = RunDataset.objects.filter(dataset=OuterRef("pk"), run__links__initiative=initiative)
    ours = Q(initiative=initiative) | (Q(initiative__isnull=True) & Exists(used))
    return DatasetVersion.objects.filter(ours, workspace=initiative.workspace_id)


def dataset_of(initiative: Initiative, public_id: str) -> DatasetVersion:
    """Return a dataset version that was reported for the initiative or used by its runs. Raises Http404."""
    found = datasets_of(initiative).select_related("initiative").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such dataset version in this initiative.")
    return found


def deployment_of(initiative: Initiative, public_id: str) -> Deployment:
    """Return one of the initiative's deployments, by its public id. Raises Http404."""
    ours = Deployment.objects.select_related("run", "model_version")
    found = ours.filter(initiative=initiative, public_id=public_id).first()
    if found is None:
        raise Http404("No such deployment in this initiative.")
    found.initiative = initiative
    return found


def sprint_of(principal: Principal, public_id: str, *, lock: bool = False) -> Sprint:
    """Return a sprint of the principal's workspace, by its public id. Raises Http404.

    `lock` holds it until the end of the transaction.
    """
    ours = Sprint.objects.select_related("connection").filter(workspace=principal.workspace, public_id=public_id)
    found = (ours.select_for_update(of=("self",), no_key=True) if lock else ours).first()
    if found is None:
        raise Http404("No such sprint here.")
    found.workspace = principal.workspace
    return found


def task_of(initiative: Initiative, key: str, *, lock: bool = False) -> Task:
    """Return one of the initiative's tasks by its key, `CHURN-42`; one that was put away too. Raises Http404.

    `lock` holds it until the end of the transaction.
    """
    before, _, number = key.rpartition("-")
    named = before == initiative.key and number.isascii() and number.isdigit() and len(number) < 10
    ours = Task.objects.select_related("sprint", "assignee", "connection", "run", "dataset")
    ours = ours.select_for_update(of=("self",), no_key=True) if lock else ours
    found = ours.filter(initiative=initiative, number=number).first() if named else None
    if found is None:
        raise Http404("No such task in this initiative.")
    found.initiative = initiative
    return found


def data_source_of(principal: Principal, key: str) -> DataSource:
    """Return the source of data with this key in the principal's workspace. Raises Http404."""
    found = DataSource.objects.select_related("owner").filter(workspace=principal.workspace, key=key).first()
    if found is None:
        raise Http404(f"No source {key[:40]} here.")
    return found


def observation_source_of(initiative: Initiative, public_id: str, *, lock: bool = False) -> ObservationSource:
    """Return one of the initiative's sources of observations, until the end of the transaction with `lock`.

    Its connection is held first then, as a pull does. Raises Http404.
    """
    if lock:
        held = Connection.objects.select_for_update(of=("self",), no_key=True)
        held.filter(observation_sources__initiative=initiative, observation_sources__public_id=public_id).first()
    ours = ObservationSource.objects.select_related("connection__workspace", "initiative__workspace")
    ours = ours.select_for_update(of=("self",), no_key=True) if lock else ours
    found = ours.filter(initiative=initiative, public_id=public_id).first()
    if found is None:
        raise Http404("No such source of observations in this initiative.")
    return found


def stop_of(principal: Principal, public_id: str) -> PlannedStop:
    """Return a planned stop of the principal's workspace, by its public id. Raises Http404."""
    ours = PlannedStop.objects.select_related("initiative", "source", "author")
    found = ours.filter(workspace=principal.workspace, public_id=public_id).first()
    if found is None:
        raise Http404("No such planned stop here.")
    return found


def finding_of(principal: Principal, public_id: str) -> Finding:
    """Return a finding of the principal's workspace, by its public id, to be shown. Raises Http404."""
    people = ("acknowledged_by", "explained_by")
    ours = Finding.objects.select_related("initiative", "observed_in", "task__initiative", *people)
    found = ours.filter(workspace=principal.workspace, public_id=public_id).first()
    if found is None:
        raise Http404("No such finding here.")
    return found
