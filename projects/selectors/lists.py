"""The lists of the API: querysets with their declared filters, to be paged; what each item shows comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from mltrack.accounts.access import Principal
from projects.access import datasets_of
from projects.models import (
    Connection,
    DatasetVersion,
    Deployment,
    Evaluation,
    Initiative,
    LabelingSnapshot,
    LabelingState,
    LabelTask,
    MetricValue,
    ModelVersion,
    Run,
    RunDataset,
    RunLink,
    SelectionRule,
    StageChange,
    SyncAttempt,
    Update,
)
from projects.selectors.evaluation_subjects import model_version_named
from projects.selectors.evaluations import evaluations_of


def columns_asked(asked: Mapping[str, Any], **columns: str) -> dict[str, Any]:
    """Return the conditions of the filters that were asked for, by column."""
    return {column: asked[name] for name, column in columns.items() if name in asked}


def initiative_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[Initiative]:
    """Return the workspace's initiatives; asked may hold stage, state, criticality, owner and archived."""
    wanted = columns_asked(asked, stage="stage", state="state", criticality="criticality", owner="owner__email")
    ours = Initiative.objects.filter(workspace=principal.workspace, **wanted).select_related("owner")
    return ours.filter(archived_at__isnull=not asked.get("archived", False))


def stage_list(initiative: Initiative) -> QuerySet[StageChange]:
    """Return the moves of an initiative."""
    return StageChange.objects.filter(initiative=initiative).select_related("actor")


def labeling_snapshot_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[LabelingSnapshot]:
    """Return the labeling snapshots; asked may hold since (from then on) and until (before then)."""
    wanted = columns_asked(asked, since="time__gte", until="time__lt")
    return LabelingSnapshot.objects.filter(initiative=initiative, **wanted).select_related("project")


def gold_list(initiative: Initiative) -> QuerySet[LabelTask]:
    """Return the tasks whose right label is known."""
    active = LabelTask.objects.filter(project__initiative=initiative, project__state=LabelingState.ACTIVE)
    return active.filter(deleted_at__isnull=True).exclude(gold="").select_related("project")


def update_list(initiative: Initiative) -> QuerySet[Update]:
    """Return the words of people on an initiative."""
    return Update.objects.filter(initiative=initiative).select_related("author")


def run_list(
    initiative: Initiative, asked: Mapping[str, Any], connection: Connection | None = None
) -> QuerySet[RunLink]:
    """Return the links to the runs that count; asked may hold status, commit and external_id."""
    wanted = columns_asked(asked, status="run__status", commit="run__commit", external_id="run__external_id")
    links = RunLink.objects.filter(initiative=initiative, run__deleted_at__isnull=True, **wanted)
    if connection is not None:
        links = links.filter(run__connection=connection)
    return links.select_related("run__connection").prefetch_related(
        Prefetch("run__metrics", MetricValue.objects.order_by("key")),
        Prefetch("run__dataset_links", RunDataset.objects.select_related("dataset").order_by("id")),
    )


def pushed_run(initiative: Initiative, external_id: str) -> Run:
    """Return a run that was pushed to the initiative, to be shown."""
    return Run.objects.get(pushed_to=initiative, external_id=external_id)


def model_version_list(initiative: Initiative) -> QuerySet[ModelVersion]:
    """Return the versions that were pushed to the initiative, made by its runs, or named by its rules."""
    rules = SelectionRule.objects.filter(initiative=initiative).exclude(registered_model="")
    named = rules.filter(connection=OuterRef("connection"), registered_model=OuterRef("name"))
    made = RunLink.objects.filter(initiative=initiative, run=OuterRef("run"))
    ours = Q(pushed_to=initiative) | Exists(made) | Exists(named)
    versions = ModelVersion.objects.filter(ours, workspace=initiative.workspace_id, deleted_at__isnull=True)
    return versions.select_related("run", "connection")


def dataset_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[DatasetVersion]:
    """Return the versions that were reported for the initiative or used by its runs; asked may hold name, source."""
    return datasets_of(initiative).filter(**columns_asked(asked, name="name", source="source"))


def evaluation_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Evaluation]:
    """Return the initiative's evaluations; asked may hold purpose, commit, external_id, run, dataset, model_version.

    A run is named by its public or external id, a dataset by its id, digest or name, a version by id or `name/version`.
    """
    found = evaluations_of(initiative).filter(
        **columns_asked(asked, purpose="purpose", commit="commit", external_id="external_id")
    )
    if "run" in asked:
        found = found.filter(Q(run__public_id=asked["run"]) | Q(run__external_id=asked["run"]))
    if "dataset" in asked:
        named = asked["dataset"]
        found = found.filter(Q(dataset__public_id=named) | Q(dataset__digest=named) | Q(dataset__name=named))
    if "model_version" in asked:
        version = model_version_named(initiative, asked["model_version"])
        found = found.filter(model_version=version) if version else found.none()
    return found


def deployment_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Deployment]:
    """Return the initiative's deployments; asked may hold environment and state."""
    wanted = columns_asked(asked, environment="environment", state="state")
    return Deployment.objects.filter(initiative=initiative, **wanted).select_related("run", "model_version")


def connection_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[Connection]:
    """Return the workspace's connections; asked may hold kind and initiative."""
    wanted = columns_asked(asked, kind="kind", initiative="initiative__key")
    return Connection.objects.filter(workspace=principal.workspace, **wanted).select_related("initiative")


def attempt_list(connection: Connection) -> QuerySet[SyncAttempt]:
    """Return the kept pulls of a connection."""
    return SyncAttempt.objects.filter(connection=connection)


def rule_list(initiative: Initiative) -> list[SelectionRule]:
    """Return which runs count, in order of making."""
    return list(SelectionRule.objects.filter(initiative=initiative).select_related("connection").order_by("id"))
