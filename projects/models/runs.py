"""Experiment runs with their latest metrics, model versions, and which initiative they count for."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mltrack.accounts.models import Workspace
from projects.models.connections import Connection
from projects.models.identifiers import model_version_id, run_id
from projects.models.initiatives import Initiative

NOT_SPECIAL = Q(value__isnull=True) | (Q(value__gt=float("-inf")) & Q(value__lt=float("inf")))


class Run(models.Model):
    """One run as its source reports it. The source is a connection or an initiative's own push source.

    A foreign key that leads a unique constraint has no index of its own, here and below. The workspace is that of
    the source, whose own foreign key guards it: a second check of each row is spared, here and below.
    """

    class Status(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        KILLED = "killed"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="runs", db_constraint=False)
    public_id = models.CharField(max_length=24, unique=True, default=run_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="runs", db_index=False)
    pushed_to = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, null=True, related_name="pushed_runs", db_index=False
    )
    external_id = models.CharField(max_length=250)
    name = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(max_length=8, choices=Status.choices)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    params = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    experiment_id = models.CharField(max_length=100, blank=True, default="")
    experiment_name = models.CharField(max_length=500, blank=True, default="")
    commit = models.CharField(max_length=100, blank=True, default="")
    url = models.CharField(max_length=1000, blank=True, default="")
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="run_once_per_connection"),
            models.UniqueConstraint(fields=["pushed_to", "external_id"], name="run_once_per_push"),
            models.CheckConstraint(
                condition=Q(connection__isnull=True) ^ Q(pushed_to__isnull=True), name="run_has_one_source"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["running", "finished", "failed", "killed"]), name="run_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "commit"], condition=~Q(commit=""), name="run_by_commit"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class MetricValue(models.Model):
    """The latest value of one metric of a run. NaN and infinities are a flag beside a null value.

    That its run is there is checked by a trigger, once a statement and not once a row; so it is of links. It goes
    with its run, and is found by it.
    """

    workspace = models.ForeignKey(
        Workspace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics", db_constraint=False, db_index=False)
    key = models.CharField(max_length=300)
    value = models.FloatField(null=True)
    special = models.CharField(max_length=4, blank=True, default="")
    step = models.BigIntegerField(null=True)
    time = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="metric_once_per_run"),
            models.CheckConstraint(condition=NOT_SPECIAL, name="metric_value_is_a_number"),
            models.CheckConstraint(
                condition=Q(special="", value__isnull=False)
                | Q(special__in=["nan", "inf", "-inf"], value__isnull=True),
                name="metric_special_beside_null",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.special or self.value}"


class RunLink(models.Model):
    """A run counts for an initiative. Kept in the transaction that records the run; its workspace is the run's."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="run_links", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="links", db_constraint=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "run"], name="run_link_once")]
        indexes = [models.Index(fields=["initiative", "-ended_at", "-run"], name="run_link_newest")]

    def __str__(self) -> str:
        return f"{self.run_id} in {self.initiative_id}"


class SelectionRule(models.Model):
    """Which runs of a connection count for an initiative; a run that fits any rule counts. Empty parts fit all."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="selection_rules")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="selection_rules")
    experiment_ids = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    tag_key = models.CharField(max_length=250, blank=True, default="")
    tag_value = models.CharField(max_length=500, blank=True, default="")
    registered_model = models.CharField(max_length=256, blank=True, default="")
    alias = models.CharField(max_length=256, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.connection_id} for {self.initiative_id}"


class ModelVersion(models.Model):
    """A registered version with its aliases, of a connection's registry or pushed to an initiative."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="model_versions")
    public_id = models.CharField(max_length=24, unique=True, default=model_version_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="model_versions")
    pushed_to = models.ForeignKey(Initiative, on_delete=models.CASCADE, null=True, related_name="pushed_model_versions")
    name = models.CharField(max_length=256)
    version = models.CharField(max_length=64)
    run_external_id = models.CharField(max_length=250, blank=True, default="")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="model_versions")
    aliases = ArrayField(models.CharField(max_length=256), default=list, blank=True)
    tags = models.JSONField(default=dict)
    registered_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name", "version"], name="model_version_once_per_connection"),
            models.UniqueConstraint(fields=["pushed_to", "name", "version"], name="model_version_once_per_push"),
            models.CheckConstraint(
                condition=Q(connection__isnull=True) ^ Q(pushed_to__isnull=True),
                name="model_version_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class RunColumns(models.Model):
    """The columns that a person chose for an initiative's list of runs."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = ArrayField(models.CharField(max_length=310), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "user"], name="run_columns_once")]

    def __str__(self) -> str:
        return ", ".join(self.columns)
