"""Tasks of initiatives, ours or mirrored from a tracker, and their kept history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models.connections import Connection
from projects.models.datasets import DatasetVersion
from projects.models.identifiers import task_id
from projects.models.initiatives import Initiative
from projects.models.runs import Run
from projects.models.sprints import Sprint

LONGEST_RANK = 100


class TaskType(models.TextChoices):
    FRAMING = "framing", _("Framing")
    DATA = "data", _("Data")
    LABELING = "labeling", _("Labeling")
    TRAINING = "training", _("Training")
    EVALUATION = "evaluation", _("Evaluation")
    INTEGRATION = "integration", _("Integration")
    DEPLOYMENT = "deployment", _("Deployment")
    MONITORING = "monitoring", _("Monitoring")


class TaskStatus(models.TextChoices):
    TODO = "todo", _("To do")
    DOING = "doing", _("Doing")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(models.IntegerChoices):
    NONE = 0, _("No priority")
    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class MoveKind(models.TextChoices):
    PLANNED = "planned", _("Planned")
    ROLLED_OVER = "rolled_over", _("Rolled over")


class Task(models.Model):
    """A piece of work of an initiative. People name it by its key, `CHURN-42`.

    `check_id` is the readiness check that it is about, and `is_from_check` says that the check opened it: then the
    check closes it too. `rank` orders the workspace's board; equal ranks go by number. `started_at` is when it was
    first begun, `done_at` and `cancelled_at` when it ended, null as long as it is open or where the tracker does not
    say. A mirrored one has the tracker's own words in `external_status` and `external_type`, and `deleted_at` once it
    is gone there; `external_blockers` are ids of tasks there that it waits for, whether they are here or not.
    `estimate` is in the unit of the team, days or points.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=task_id, editable=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=250)
    body = models.TextField(blank=True, default="")
    type = models.CharField(max_length=12, choices=TaskType.choices, blank=True, default="")
    status = models.CharField(max_length=9, choices=TaskStatus.choices, default=TaskStatus.TODO)
    sprint = models.ForeignKey(Sprint, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    estimate = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NONE)
    due_on = models.DateField(null=True, blank=True)
    rank = models.CharField(max_length=LONGEST_RANK, db_collation="C")
    check_id = models.CharField(max_length=100, blank=True, default="")
    is_from_check = models.BooleanField(default=False)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    blocked_by = models.ManyToManyField("self", through="TaskBlock", symmetrical=False, related_name="blocks")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks", db_index=False
    )
    external_id = models.CharField(max_length=250, blank=True, default="")
    external_status = models.CharField(max_length=120, blank=True, default="")
    external_type = models.CharField(max_length=120, blank=True, default="")
    external_blockers = models.JSONField(blank=True, default=list, db_default=[])
    url = models.CharField(max_length=1000, blank=True, default="")
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "number"], name="task_number_once"),
            models.UniqueConstraint(
                fields=["connection", "external_id"], condition=~Q(connection=None), name="task_mirrored_once"
            ),
            models.UniqueConstraint(
                fields=["initiative", "external_id"],
                condition=Q(connection=None) & ~Q(external_id=""),
                name="task_imported_once",
            ),
            models.UniqueConstraint(
                fields=["initiative", "check_id"], condition=Q(is_from_check=True), name="task_from_check_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="task_has_a_title"),
            models.CheckConstraint(condition=~Q(rank=""), name="task_has_a_rank"),
            models.CheckConstraint(condition=Q(type__in=["", *TaskType.values]), name="task_type_known"),
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="task_status_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="task_priority_known"),
            models.CheckConstraint(condition=Q(estimate__gte=0) | Q(estimate=None), name="task_estimate_sane"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(status="done"), name="task_done_at_while_done"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(status="cancelled"), name="task_cancelled_at_while_cancelled"
            ),
            models.CheckConstraint(condition=Q(is_from_check=False) | ~Q(check_id=""), name="task_from_a_check"),
        ]
        indexes = [models.Index(fields=["sprint", "rank", "number"], name="task_on_board")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Return the word that people name it by, `CHURN-42`; reads the initiative's key."""
        return f"{self.initiative.key}-{self.number}"

    @property
    def is_mirrored(self) -> bool:
        """Say whether it is read from a tracker, and read-only here."""
        return self.connection_id is not None

    @property
    def is_open(self) -> bool:
        """Say whether it is still to be done."""
        return self.status in (TaskStatus.TODO, TaskStatus.DOING)


class TaskBlock(models.Model):
    """A task that cannot go on before another, its `blocker`, is done."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+", db_index=False)
    blocker = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "blocker"], name="task_block_once"),
            models.CheckConstraint(condition=~Q(task=F("blocker")), name="task_blocks_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.task_id}"


class TaskTransition(models.Model):
    """One change of a task's status; never edited. `from_status` is "" where the task began with it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="transitions", db_index=False)
    from_status = models.CharField(max_length=9, choices=TaskStatus.choices, blank=True, default="")
    to_status = models.CharField(max_length=9, choices=TaskStatus.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(from_status__in=["", *TaskStatus.values]), name="transition_from_known"),
            models.CheckConstraint(condition=Q(to_status__in=TaskStatus.values), name="transition_to_known"),
        ]
        indexes = [models.Index(fields=["task", "at", "id"], name="transition_in_order")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.from_status} to {self.to_status}"


class SprintMove(models.Model):
    """One change of a task's sprint, with its estimate at that moment; never edited. Null is the backlog."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="moves", db_index=False)
    from_sprint = models.ForeignKey(Sprint, on_delete=models.CASCADE, null=True, related_name="moves_out")
    to_sprint = models.ForeignKey(Sprint, on_delete=models.CASCADE, null=True, related_name="moves_in")
    at = models.DateTimeField()
    kind = models.CharField(max_length=11, choices=MoveKind.choices, default=MoveKind.PLANNED)
    estimate = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MoveKind.values), name="sprint_move_kind_known"),
            models.CheckConstraint(
                condition=~Q(from_sprint=None) | ~Q(to_sprint=None), name="sprint_move_names_a_sprint"
            ),
        ]
        indexes = [models.Index(fields=["task", "at", "id"], name="sprint_move_in_order")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.from_sprint_id} to {self.to_sprint_id}"
